import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHARED_NAMES } from '../../lib/local/state-machine/shared-names.ts';
import { synthesizeJob } from '../../lib/local/state-machine/synthesize-job.ts';
import { makeJob } from '../infra/job-document.ts';

const PROJECT = join(import.meta.dirname, '../..');

describe('synthesizeJob', () => {
  const job = makeJob();
  const { definition, environment } = synthesizeJob(job);

  it('gives the definition with the job as the constant of its first state', () => {
    expect(definition.StartAt).toBe('Configuration');
    expect(definition.States.Configuration).toMatchObject({ Type: 'Pass', Result: { job } });
  });

  it('names the functions in the place of their versions', () => {
    expect(definition.States.StartRun).toMatchObject({ Parameters: { FunctionName: 'start-run' } });
    expect(definition.States.FinishRun).toMatchObject({ Parameters: { FunctionName: 'finish-run' } });
  });

  it('gives each function the environment that the stack gives it', () => {
    const base = { TABLE_NAME: SHARED_NAMES.table, CONTROL_BUCKET: SHARED_NAMES.controlBucket };
    expect(environment['sync-group']).toMatchObject(base);
    expect(environment['finish-run']).toMatchObject({ ...base, EVENT_BUS_NAME: SHARED_NAMES.eventBus });
  });

  it('says nothing and leaves nothing behind, though the credentials are on this machine only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
    const module = join(PROJECT, 'lib/local/state-machine/synthesize-job.ts');
    const script = `import { synthesizeJob } from ${JSON.stringify(module)}; synthesizeJob(${JSON.stringify(makeJob({ target: 'credentials: "env:OFFSITE"' }))});`;
    const printed = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: folder,
      env: { ...process.env, TMPDIR: folder },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    expect(printed).toBe('');
    expect(readdirSync(folder)).toEqual([]);
  });
});
