import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDefinition } from '../../lib/local/state-machine/load-definition.ts';
import { synthesizeJob } from '../../lib/local/state-machine/synthesize-job.ts';
import { makeJob } from '../infra/job-document.ts';

describe('loadDefinition', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  const cache = join(folder, 'cache');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('gives what CDK synthesizes for the job, and keeps it for the next one', async () => {
    const job = makeJob();
    expect(await loadDefinition(job, cache)).toEqual(synthesizeJob(job).definition);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('gives another job what CDK synthesizes for that one, from what was kept', async () => {
    const other = { ...makeJob(), namespace: '$$.Execution.StartTime', 'worker-threads': 64, 'remove-vanished': true };
    expect(await loadDefinition(other, cache)).toEqual(synthesizeJob(other).definition);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('runs all the same where nothing can be kept', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const job = makeJob();
    expect(await loadDefinition(job, file)).toEqual(synthesizeJob(job).definition);
  });
});
