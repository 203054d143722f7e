import { expect, it } from 'vitest';
import type { RunStore, TickRecord } from '../../../lib/sync/run-store.ts';
import { fresh } from './samples.ts';

const tick = (served: string, run: string): TickRecord => ({ times: 'daily UTC', served: `2026-11-${served}T00:00:00Z`, run });

export function describeSchedules(store: () => RunStore): void {
  it('gives back what was saved of each schedule of a job', async () => {
    const job = fresh('job');
    expect(await store().loadTick(job, 'main')).toBeUndefined();
    const missed = { count: 2, since: '2026-11-19T00:00:00Z' };
    const before = { served: '2026-11-18T00:00:00Z', run: 'before' };
    const record: TickRecord = { ...tick('21', 'first'), missed, earlier: [{ ...before, missed }, before] };
    expect(await store().saveTick(job, 'main', record, undefined)).toBe(true);
    expect(await store().saveTick(job, 'full', tick('20', 'other'), undefined)).toBe(true);
    expect(await store().loadTick(job, 'main')).toEqual(record);
    expect(await store().loadTick(job, 'full')).toEqual(tick('20', 'other'));
  });

  it('writes only what follows what is known', async () => {
    const job = fresh('job');
    await store().saveTick(job, 'main', tick('20', 'first'), undefined);
    expect(await store().saveTick(job, 'main', tick('21', 'second'), undefined)).toBe(false);
    expect(await store().saveTick(job, 'main', tick('21', 'second'), tick('20', 'another'))).toBe(false);
    expect(await store().saveTick(job, 'main', tick('21', 'second'), tick('19', 'first'))).toBe(false);
    expect(await store().loadTick(job, 'main')).toEqual(tick('20', 'first'));
    expect(await store().saveTick(job, 'main', tick('21', 'second'), tick('20', 'first'))).toBe(true);
    expect(await store().saveTick(job, 'main', tick('21', 'second'), tick('20', 'first'))).toBe(true);
  });

  it('lets exactly one of many runs write at once', async () => {
    const job = fresh('job');
    const saves = Array.from({ length: 10 }, (_, run) => store().saveTick(job, 'main', tick('20', String(run)), undefined));
    expect((await Promise.all(saves)).filter(Boolean)).toHaveLength(1);
  });
}

export function describeSuspensions(store: () => RunStore): void {
  const since = '2026-11-21T00:00:00.000Z';

  it('keeps that of a job, and that of all jobs, apart', async () => {
    const [job, other] = [fresh('job'), fresh('job')];
    const suspension = { since, until: '2026-11-22T00:00:00.000Z', by: 'ops', reason: 'restore under way' };
    await store().saveSuspension(job, suspension);
    await store().saveSuspension(undefined, { since });
    expect(await store().loadSuspension(job)).toEqual(suspension);
    expect(await store().loadSuspension(other)).toBeUndefined();
    expect(await store().loadSuspension(undefined)).toEqual({ since });
    await store().removeSuspension(undefined);
    await store().removeSuspension(job);
    await store().removeSuspension(job);
    expect(await store().loadSuspension(job)).toBeUndefined();
    expect(await store().loadSuspension(undefined)).toBeUndefined();
  });
}
