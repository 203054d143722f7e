import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { layerConfig } from '../../lint/layer-config.ts';
import { LAYERS } from '../../lint/layers.ts';

const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: layerConfig });

async function complaints(filePath: string, code: string): Promise<string[]> {
  const results = await eslint.lintText(code, { filePath });
  return results.flatMap((result) => result.messages.map((message) => message.message));
}

/** File, what it may not say, and a word of the reason it is given. */
const REFUSED: readonly (readonly [file: string, code: string, reason: string])[] = [
  ['lib/errors.ts', `import { formatGroup } from './datastore/group.ts';`, 'everything imports the errors'],
  ['lib/datastore/key.ts', `import type { Job } from '../sync/job.ts';`, 'vocabulary'],
  ['lib/datastore/key.ts', `import { readFile } from 'node:fs/promises';`, 'vocabulary'],
  ['lib/layouts/pbs/chunk.ts', `import { relay } from '../../transfer/relay.ts';`, 'a layout knows formats'],
  ['lib/layouts/pbs/chunk.ts', `export type Job = import('../../sync/job.ts').Job;`, 'a layout knows formats'],
  ['lib/layouts/pbs/chunk.ts', `export { relay } from '../../transfer/relay.ts';`, 'a layout knows formats'],
  ['lib/transfer/relay.ts', `import { pbsLayout } from '../layouts/pbs/layout.ts';`, 'knows nothing of backups'],
  ['lib/sync/sync-group.ts', `import { pbsLayout } from '../layouts/pbs/layout.ts';`, 'are handed layouts and adapters'],
  ['lib/sync/sync-group.ts', `import { S3Client } from '@aws-sdk/client-s3';`, 'are handed layouts and adapters'],
  ['lib/sync/sync-group.ts', `const store = await import('../s3/store.ts');`, 'are handed layouts and adapters'],
  ['lib/sync/event/event.ts', `import type { Standing } from '../health/health.ts';`, 'made by who finds out'],
  ['lib/s3/store.ts', `import { openTable } from '../dynamodb/table.ts';`, 'adapters never meet'],
  ['lib/events/emit.ts', `import { startRun } from '../sync/start-run.ts';`, 'adapters never meet'],
  ['lib/dynamodb/table.ts', `import { planGroup } from '../sync/plan-group.ts';`, 'adapters never meet'],
  ['lib/dynamodb/table.ts', `import { describeLag } from '../sync/health/describe-lag.ts';`, 'adapters never meet'],
  ['lib/config/load.ts', `import { openStore } from '../s3/store.ts';`, 'opens nothing that it describes'],
  ['lib/infra/stack.ts', `import { planRun } from '../sync/plan-run.ts';`, 'make none'],
  ['lib/runtime/handler.ts', `import { SyncJob } from '../infra/sync-job.ts';`, 'no CDK'],
  ['lib/runtime/handler.ts', `import { Stack } from 'aws-cdk-lib';`, 'no CDK'],
  ['lib/local/cloud.ts', `import { run } from '../cli/run-command.ts';`, 'knows no command line'],
  ['lib/local/cloud.ts', `import { main } from '../../bin/flotilla.ts';`, 'knows no command line'],
  ['lib/cli/run.ts', `import { faulty } from '../../test/support/faulty.ts';`, 'no script or test'],
  ['functions/sync-group.ts', `import { startCloud } from '../lib/local/cloud.ts';`, 'the embedded cloud'],
  ['lib/sync/clock.ts', `export const now = Date.now();`, 'take `now` as an argument'],
  ['lib/sync/clock.ts', `export const now = new Date();`, 'take `now` as an argument'],
  ['lib/transfer/wait.ts', `setTimeout(() => {}, 1);`, 'take `sleep` as an argument'],
  ['lib/transfer/jitter.ts', `export const jitter = Math.random();`, '`random`'],
  ['lib/layouts/pbs/id.ts', `export const id = crypto.randomUUID();`, '`random`'],
  ['lib/config/load.ts', `export const home = process.env['HOME'];`, 'read the environment'],
  ['lib/datastore/key.ts', `console.log('here');`, 'print'],
  ['lib/local/cloud.ts', `export const home = process.env['HOME'];`, 'read the environment'],
  ['lib/s3/store.ts', `console.warn('slow');`, 'print'],
  ['lib/elsewhere/new.ts', `export const lost = true;`, 'give its folder an entry'],
];

const ALLOWED: readonly (readonly [file: string, code: string])[] = [
  ['lib/datastore/key.ts', `import { DataError } from '../errors.ts';\nimport { Buffer } from 'node:buffer';`],
  [
    'lib/layouts/pbs/chunk.ts',
    `import { DataError } from '../../errors.ts';\nimport { inflate } from 'node:zlib';\nimport './blob.ts';`,
  ],
  [
    'lib/sync/sync-group.ts',
    `import { runPhase } from '../transfer/run-phase.ts';\nexport const at = new Date(0).toISOString();`,
  ],
  ['lib/dynamodb/table.ts', `import type { RunStore } from '../sync/run-store.ts';\nexport const now = Date.now();`],
  ['lib/dynamodb/table.ts', `import { type RunStore, type Lock } from '../sync/run-store.ts';`],
  ['lib/s3/store.ts', `import { S3Client } from '@aws-sdk/client-s3';\nsetTimeout(() => {}, 1);`],
  ['lib/infra/stack.ts', `import { Stack } from 'aws-cdk-lib';\nimport type { StartRunInput } from '../sync/payloads.ts';`],
  ['lib/local/cloud.ts', `import { openStore } from '../s3/store.ts';\nexport const now = Date.now();`],
  [
    'functions/sync-group.ts',
    `import { syncGroup } from '../lib/sync/sync-group.ts';\nconsole.log(process.env['TABLE'], Date.now());`,
  ],
];

describe('the layers', () => {
  it.each(REFUSED)('refuse in %s: %s', async (file, code, reason) => {
    const said = await complaints(file, code);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain(reason);
  });

  it.each(ALLOWED)('let %s say: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });

  it('have a reason each', () => {
    for (const layer of LAYERS) expect(layer.because, layer.path).not.toBe('');
  });
});
