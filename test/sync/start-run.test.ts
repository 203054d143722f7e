import { describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { TransientError } from '../../lib/errors.ts';
import type { Job } from '../../lib/sync/job.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { startRun, type StartDecision } from '../../lib/sync/start-run.ts';
import { failOnce } from '../support/faulty.ts';
import { location } from '../support/locations.ts';
import {
  callWorker,
  contents,
  LEASE_IS_OVER_MS,
  memoryCloud,
  newRun,
  readPlan,
  runJob,
  type CallOptions,
  type MemoryCloud,
} from '../support/memory-run.ts';
import { fill, fillSmall, nameOf, vmOn } from '../support/sample-store.ts';

async function smallCloud(members: Partial<Job> = {}): Promise<MemoryCloud> {
  const cloud = memoryCloud(members);
  await fillSmall(cloud.source);
  return cloud;
}

async function start(cloud: MemoryCloud, run: RunRef, options: CallOptions & { tick?: string } = {}): Promise<StartDecision> {
  const worker = callWorker(cloud, run, options);
  return startRun(options.tick === undefined ? {} : { scheduledTime: options.tick }, worker.control, worker);
}

const state = async (cloud: MemoryCloud, run: RunRef) => (await cloud.store.loadRun(run))?.state;

describe('startRun', () => {
  it('has looked at all of the job, at a part, or with another eye, by what its own options select', async () => {
    const cloud = await smallCloud();
    const looked = async (selects: 'groups' | 'snapshots' | undefined) => {
      const run = newRun(cloud);
      await startRun({ selects }, cloud.control, callWorker(cloud, run));
      await cloud.store.releaseTurn(run);
      return (await cloud.store.loadRun(run))?.looked?.whole;
    };
    expect([await looked(undefined), await looked('groups'), await looked('snapshots')]).toEqual([true, false, undefined]);
  });

  it('writes the groups that have work as lines into the control bucket, and says how many', async () => {
    const cloud = await smallCloud({ removeVanished: true });
    const run = newRun(cloud);
    const decision = await start(cloud, run);
    expect(decision).toMatchObject({ decision: 'go', workerThreads: 4, items: 3, removeVanished: true });
    expect(await readPlan(cloud, decision)).toMatchObject([
      { kind: 'group', namespace: 'prod/web', name: 'host/web', missingNamespaces: ['prod', 'prod/web'], behind: { missing: 1 } },
      { kind: 'group', namespace: '', name: 'vm/100', missingNamespaces: [], behind: { missing: 2 } },
      { kind: 'namespaces', missingNamespaces: ['attic'] },
    ]);
    expect(await cloud.store.loadRun(run)).toMatchObject({ state: 'running', groups: 2, planKey: decision.round.planKey });
  });

  it('may be called again with the same input, as the machine does after a fault', async () => {
    const cloud = await smallCloud();
    const run = newRun(cloud);
    const first = await start(cloud, run, { tick: 'noon' });
    expect(await start(cloud, run, { tick: 'noon' })).toEqual(first);
  });

  it('gives a group that it had begun when it died a worker, though nothing is left to do, who says how it ended', async () => {
    const cloud = await smallCloud();
    const { run, records } = await runJob(cloud);
    for (const record of records.filter(({ name }) => name === 'vm/100'))
      await cloud.store.saveGroup(run, { ...record, state: 'running' });
    const again = await runJob(cloud, {}, run);
    expect(again.report).toMatchObject({ state: 'ok', groups: { unfinished: 0 }, snapshots: { failed: 0 } });
    expect(await readPlan(cloud, again.start!)).toMatchObject([{ kind: 'group', name: 'vm/100' }]);
  });

  it('writes nothing into either datastore', async () => {
    const cloud = await smallCloud();
    const before = contents(cloud.source);
    await start(cloud, newRun(cloud));
    expect([contents(cloud.source), cloud.bucket.size]).toEqual([before, 0]);
  });

  it('fails with what to change when one call is too short to list both sides, and leaves no plan', async () => {
    const cloud = await smallCloud();
    const run = newRun(cloud);
    const answer = start(cloud, run, { stopReason: () => 'deadline' });
    await expect(answer).rejects.toMatchObject({ name: 'ConfigError', code: 'PLANNING_TOO_LONG' });
    expect([...cloud.control.objects.keys()]).toEqual([]);
  });

  it('says in its log what it leaves out, and why, in the words of PBS', async () => {
    const cloud = memoryCloud();
    await fill(cloud.source, [vmOn(1), vmOn(2), vmOn(3)]);
    await cloud.source.delete([`.cnt/vm/100/${nameOf(3)}/index.json.blob`]);
    await start(cloud, newRun(cloud));
    expect(cloud.lines.some((line) => line.startsWith('[vm/100]: skipped: 1 snapshot(s)') && line.includes(nameOf(3)))).toBe(
      true,
    );
  });
});

describe('startRun and other runs', () => {
  it('waits for the run of the same job that is at work, and goes when that has ended or died', async () => {
    const cloud = await smallCloud();
    const [first, second] = [newRun(cloud), newRun(cloud)];
    await start(cloud, first);
    const waits = await start(cloud, second);
    expect(waits).toMatchObject({ decision: 'wait', items: 0, removeVanished: false, round: { items: 1, waitSeconds: 15 } });
    expect(await readPlan(cloud, waits)).toMatchObject([{ kind: 'wait', what: 'turn' }]);
    expect([await state(cloud, second), await start(cloud, second).then(({ decision }) => decision)]).toEqual([
      'waiting',
      'wait',
    ]);
    await cloud.store.releaseTurn(first);
    expect(await start(cloud, second)).toMatchObject({ decision: 'go' });

    const third = newRun(cloud);
    cloud.clock.advance(LEASE_IS_OVER_MS);
    expect(await start(cloud, third)).toMatchObject({ decision: 'go' });
  });

  it('skips a run when another one waits already, and records why', async () => {
    const cloud = await smallCloud();
    const started: RunRef[] = [];
    for (let number = 0; number < 3; number += 1) {
      started.push(newRun(cloud));
      cloud.clock.advance(1000);
    }
    const decisions = [];
    for (const run of started) decisions.push((await start(cloud, run)).decision);
    expect(decisions).toEqual(['go', 'wait', 'skip']);
    expect(await cloud.store.loadRun(started[2]!)).toMatchObject({
      state: 'skipped',
      message: expect.stringContaining(started[0]!.id) as string,
    });
  });

  it('serves a tick once: another execution for the same tick is skipped, one for the next is not', async () => {
    const cloud = await smallCloud();
    const [first, second, third] = [newRun(cloud), newRun(cloud), newRun(cloud)];
    expect((await start(cloud, first, { tick: '2025-11-02T00:00:00Z' })).decision).toBe('go');
    await cloud.store.releaseTurn(first);
    expect((await start(cloud, second, { tick: '2025-11-02T00:00:00Z' })).decision).toBe('skip');
    expect(await state(cloud, second)).toBe('skipped');
    expect((await start(cloud, third, { tick: '2025-11-03T00:00:00Z' })).decision).toBe('go');
    expect(await cloud.store.loadRun(third)).toMatchObject({ scheduledTime: '2025-11-03T00:00:00Z' });
  });

  it('keeps a tick that waits for its turn', async () => {
    const cloud = await smallCloud();
    const [first, second] = [newRun(cloud), newRun(cloud)];
    await start(cloud, first);
    await start(cloud, second, { tick: 'noon' });
    await cloud.store.releaseTurn(first);
    expect((await start(cloud, second, { tick: 'noon' })).decision).toBe('go');
  });
});

describe('startRun and a turn that outlives its lease', () => {
  it('keeps its turn while it lists what takes longer than the lease', async () => {
    const cloud = memoryCloud();
    await fill(
      cloud.source,
      Array.from({ length: 12 }, (_, number) => vmOn(1, { id: String(100 + number) })),
    );
    const [first, second] = [newRun(cloud), newRun(cloud)];
    const slow = {
      ...callWorker(cloud, first),
      // Every look at the clock costs five seconds: listing takes longer than the lease.
      now: () => {
        cloud.clock.advance(5_000);
        return cloud.clock.now();
      },
    };
    await startRun({}, slow.control, slow);
    expect(await start(cloud, second)).toMatchObject({ decision: 'wait' });
  });

  it('keeps its turn though its clock is put right meanwhile, a year back', async () => {
    const cloud = await smallCloud();
    const [first, second] = [newRun(cloud), newRun(cloud)];
    const right = cloud.clock.now();
    cloud.clock.advance(365 * 86_400_000);
    const putRight = ({ method }: { method: string }): void => {
      if (method === 'list') cloud.clock.advance(right - cloud.clock.now());
    };
    await start(cloud, first, { faults: { before: putRight } });
    expect(await start(cloud, second)).toMatchObject({ decision: 'wait' });
  });
});

describe('startRun as a dry run', () => {
  it('plans beside a run that is at work, starts no worker and removes nothing', async () => {
    const cloud = await smallCloud({ removeVanished: true });
    await start(cloud, newRun(cloud));
    const run = newRun(cloud);
    const decision = await start(cloud, run, { job: { ...cloud.job, dryRun: true } });
    expect(decision).toMatchObject({ decision: 'go', items: 0, removeVanished: false });
    expect([(await readPlan(cloud, decision)).length, cloud.bucket.size]).toEqual([3, 0]);
    expect(cloud.target.counts).toMatchObject({ put: 0, delete: 0 });
  });
});

describe('startRun and mistakes', () => {
  it('fails where there is no datastore: a wrong prefix must not pass as a good run', async () => {
    const cloud = await smallCloud({ source: location('main', { prefix: 'typo' }) });
    cloud.source.objects.clear();
    await expect(start(cloud, newRun(cloud))).rejects.toMatchObject({ code: 'DATASTORE_NOT_FOUND' });
  });

  it('fails when the anchor is not there, or all groups are gone that the target still has', async () => {
    const typo = await smallCloud({ namespace: 'prdo' });
    await expect(start(typo, newRun(typo))).rejects.toMatchObject({ code: 'NAMESPACE_NOT_FOUND' });

    const lost = await smallCloud();
    for (const [key, object] of lost.source.objects)
      if (key.includes('/.cnt/')) lost.bucket.set(key.replace('main', 'offsite'), object);
    for (const key of [...lost.source.objects.keys()]) if (key.includes('/.cnt/')) lost.source.objects.delete(key);
    await expect(start(lost, newRun(lost))).rejects.toMatchObject({ code: 'SOURCE_EMPTY' });
  });

  it('passes a datastore without backups, which may be new', async () => {
    const cloud = memoryCloud();
    await cloud.source.put('.in-use', Buffer.from('{}'));
    expect(await start(cloud, newRun(cloud))).toMatchObject({ decision: 'go', items: 0 });
  });

  it('fails before anything else when copies are asked for where there is no way for them', async () => {
    const cloud = await smallCloud({
      transferMode: 'copy',
      target: location('offsite', { endpoint: 'https://elsewhere.example' }),
    });
    const run = newRun(cloud);
    await expect(start(cloud, run)).rejects.toMatchObject({ code: 'TRANSFER_MODE_IMPOSSIBLE' });
    expect(await state(cloud, run)).toBeUndefined();
    const auto = { ...cloud.job, transferMode: 'auto' as const };
    expect(await start(cloud, newRun(cloud), { job: auto })).toMatchObject({ decision: 'go' });
  });

  it('writes no plan when a listing breaks', async () => {
    const cloud = await smallCloud();
    for (let at = 1; ; at += 1) {
      const wire = failOnce({ at, when: 'before' }, () => new Error('connection lost'));
      const run = newRun(cloud);
      const listsOnly = {
        before: (call: { method: string; args: readonly unknown[] }) =>
          call.method === 'list' ? wire.before?.(call) : undefined,
      };
      const answer = await start(cloud, run, { faults: listsOnly }).catch((error: unknown) => error);
      await cloud.store.releaseTurn(run);
      if (!wire.tripped) break;
      expect(answer).toMatchObject({ message: 'connection lost' });
      expect([...cloud.control.objects.keys()].filter((key) => key.includes(`${run.id}/`))).toEqual([]);
    }
  });

  it('ends without a plan when somebody asks it to stop', async () => {
    const cloud = await smallCloud();
    await expect(start(cloud, newRun(cloud), { stopReason: () => 'asked' })).rejects.toMatchObject({ code: 'RUN_STOPPED' });
    let asks = 0;
    await expect(
      start(cloud, newRun(cloud), { stopReason: () => ((asks += 1) > 1 ? 'asked' : undefined) }),
    ).rejects.toMatchObject({ code: 'RUN_STOPPED' });
    expect(cloud.control.objects.size).toBe(0);
  });

  it('counts what it sent', async () => {
    const cloud = await smallCloud();
    const run = newRun(cloud);
    await start(cloud, run);
    expect((await cloud.store.loadRun(run))?.requests).toEqual({ source: noRequests(), target: noRequests() });
  });

  it('goes on though nobody can be told of it, and says so in its log', async () => {
    const cloud = memoryCloud();
    await fillSmall(cloud.source);
    const run = newRun(cloud);
    const tell = () => Promise.reject(new TransientError('EVENT_REFUSED', 'the bus is down'));
    const decision = await startRun({}, cloud.control, { ...callWorker(cloud, run), tell });
    expect(decision).toMatchObject({ decision: 'go', items: 3 });
    expect(cloud.lines.filter((line) => line.startsWith('nobody could be told'))).toHaveLength(1);
  });
});
