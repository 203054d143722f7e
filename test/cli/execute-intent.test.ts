import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { executeIntent } from '../../lib/cli/serve/execute-intent.ts';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { Intent } from '../../lib/serve/state.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { smallSource } from '../support/source.ts';

describe('a run that flotilla serve has decided on', () => {
  let cloud: TestCloud;
  let job: JobDocument;

  beforeEach(async () => {
    cloud = await startTestCloud();
    const source = cloud.location('source', 'main');
    await smallSource(cloud.open(source)).addNight();
    job = cloud.job(source, cloud.location('target', 'main'), { schedule: 'hourly', 'queue-depth': 0 });
  });
  afterEach(() => cloud.close());

  const tell = (line: string): void => void cloud.log.push(line);
  const execute = (intent: Intent) =>
    executeIntent({
      ...{ cloud: cloud.cloud, configuration: () => ({ jobs: [job] }), stopAsked: () => false },
      openLog: () => ({ info: tell, warn: tell, error: tell }),
    })(intent);
  let runs = 0;
  const intent = (parts: Pick<Intent, 'cause' | 'overrides'>): Intent => ({
    run: { job: job.id, id: `run-${String(++runs)}`, startedAt: new Date().toISOString() },
    ...parts,
  });

  it('has missed what it came after, or its tick, when its job was suspended, and nothing when another run went first', async () => {
    const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
    const tick = {
      cause: { kind: 'schedule', schedule: 'main', tick: hour },
      overrides: { 'scheduled-time': new Date(hour).toISOString(), 'schedule-name': 'main' },
    } as const;
    const after = { cause: { kind: 'after', job: 'other', run: 'a' }, overrides: { 'after-run': 'other/a' } } as const;
    await cloud.cloud.store.saveSuspension(job.id, { since: new Date().toISOString() });
    expect([await execute(intent(after)), await execute(intent(tick))]).toEqual(['missed', 'missed']);
    await cloud.cloud.store.removeSuspension(job.id);
    const busy = { job: job.id, id: 'busy', startedAt: new Date().toISOString(), order: '0' };
    await cloud.cloud.store.askTurn({ ...busy, overlap: 'queue', queueDepth: 1 }, Date.now(), 60_000);
    expect([await execute(intent(after)), await execute(intent(tick))]).toEqual(['ended', 'ended']);
    const { store } = cloud.cloud;
    expect((await store.listRuns(job.id, 9)).map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
  });
});
