import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import { executeIntent } from '../../lib/cli/serve/execute-intent.ts';
import type { Intent } from '../../lib/serve/state.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { differences, readObjects, smallSource } from '../support/source.ts';

describe('a run that somebody asks to stop, from anywhere', () => {
  let cloud: TestCloud;
  let job: JobDocument;
  /** The clock jumps when the wish is there, so that the workers look for it at once. */
  let skipped = 0;
  const now = (): number => Date.now() + skipped;
  let onRequest: (key: string) => void = () => undefined;
  let onWait: () => void = () => undefined;

  beforeEach(async () => {
    [onRequest, onWait] = [() => undefined, () => undefined];
    cloud = await startTestCloud({
      ...{ now, onWait: () => onWait() },
      onRequest: ({ bucket, operation, key }) => {
        if (bucket === 'target' && operation === 'PutObject') onRequest(key);
      },
    });
    const source = cloud.location('source', 'main');
    await smallSource(cloud.open(source)).addNight();
    job = cloud.job(source, cloud.location('target', 'main'), { 'worker-threads': 2, 'transfers-in-flight': 1 });
  });
  afterEach(() => cloud.close());

  const ask = async (run: RunRef): Promise<void> => {
    await cloud.cloud.store.askStop(run, { at: new Date(now()).toISOString(), by: 'ops' });
    skipped += 11_000;
  };
  const compare = () =>
    differences(readObjects(cloud.bucketFolder('source'), 'main'), readObjects(cloud.bucketFolder('target'), 'main'));
  let runs = 0;
  const newRun = (): RunRef => ({ job: job.id, id: `asked-${String(++runs)}`, startedAt: new Date(now()).toISOString() });
  const stateOf = async (run: RunRef) => (await cloud.cloud.store.loadRun(run))?.state;

  it('ends in the middle of its groups at a safe point, and the next one does the rest', async () => {
    const run = newRun();
    let asked: Promise<void> | undefined;
    onRequest = (key) => {
      if (key.includes('/.chunks/')) asked ??= ask(run);
    };
    expect(await cloud.cloud.run({ job, overrides: {}, run })).toMatchObject({ status: 'FAILED', error: 'stopped' });
    expect(await cloud.cloud.store.loadRun(run)).toMatchObject({
      state: 'stopped',
      message: expect.stringContaining('the next run goes on from there') as string,
    });
    expect(compare().every((line) => line.endsWith(' is missing'))).toBe(true);
    expect(compare()).not.toEqual([]);
    expect(await cloud.cloud.store.listLiving(job.id, now(), 60_000)).toEqual(new Map());
    expect(await cloud.run(job)).toMatchObject({ state: 'ok' });
    expect(compare()).toEqual([]);
  });

  it('ends while it waits for its turn, having written nothing', async () => {
    const busy = { ...newRun(), order: '0', overlap: 'queue', queueDepth: 1 } as const;
    await cloud.cloud.store.askTurn(busy, now(), 120_000);
    const run = newRun();
    onWait = () => void ask(run);
    expect(await cloud.cloud.run({ job, overrides: {}, run })).toMatchObject({ status: 'FAILED', error: 'stopped' });
    expect(await cloud.cloud.store.loadRun(run)).toMatchObject({
      state: 'stopped',
      message: expect.stringMatching(/^stopped in /) as string,
    });
    expect(readObjects(cloud.bucketFolder('target'), 'main').size).toBe(0);
    expect([...(await cloud.cloud.store.listLiving(job.id, now(), 120_000)).keys()]).toEqual([busy.id]);
  });

  it('is not executed again by a service that begins again, as one is that the service itself had stopped', async () => {
    const tell = (line: string): void => void cloud.log.push(line);
    const execute = (run: RunRef) => {
      const intent: Intent = { run, cause: { kind: 'after', job: 'other', run: 'a' }, overrides: { 'after-run': 'other/a' } };
      const world = { cloud: cloud.cloud, configuration: () => ({ jobs: [job] }), stopAsked: () => false };
      return executeIntent({ ...world, openLog: () => ({ info: tell, warn: tell, error: tell }) })(intent);
    };
    const [asked, cut] = [newRun(), newRun()];
    await ask(asked);
    expect([await execute(asked), await stateOf(asked)]).toEqual(['ended', 'stopped']);
    expect([await execute(asked), await stateOf(asked)]).toEqual(['ended', 'stopped']);
    await cloud.cloud.store.saveRun({ ...cut, state: 'stopped', endedAt: new Date(now()).toISOString() });
    expect([await execute(cut), await stateOf(cut)]).toEqual(['ended', 'ok']);
  });
});
