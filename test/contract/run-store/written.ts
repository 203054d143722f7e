import { expect, it } from 'vitest';
import type { RunStore, WrittenRecord } from '../../../lib/sync/run-store.ts';
import { fresh, NOW } from './samples.ts';

export function describeWritten(store: () => RunStore): void {
  const vm = { group: { namespace: 'a/b', name: 'vm/100' }, marker: 'monday 1' };
  const ct = { group: { namespace: '', name: 'ct/200' }, marker: 'monday 2' };
  const later = { ...vm, marker: 'tuesday 3' };

  async function list(job: string): Promise<WrittenRecord[]> {
    const found: WrittenRecord[] = [];
    for await (const record of store().listWritten(job)) found.push(record);
    return found.toSorted((a, b) => a.group.name.localeCompare(b.group.name));
  }

  it('keeps what was written until a run has taken and settled it', async () => {
    const job = fresh('job');
    for (const each of [vm, ct]) await store().addWritten(job, each, NOW);
    await store().takeWritten(job, vm);
    await store().settleWritten(job, vm);
    expect(await list(job)).toEqual([
      { ...ct, state: 'pending', since: NOW },
      { ...vm, state: 'settled', since: NOW },
    ]);
    expect(await list(fresh('job'))).toEqual([]);
  });

  it('hears of the same thing once, and does not settle what no run has taken', async () => {
    const job = fresh('job');
    await store().addWritten(job, vm, NOW);
    await store().settleWritten(job, vm);
    await store().addWritten(job, vm, NOW + 1);
    expect(await list(job)).toEqual([{ ...vm, state: 'pending', since: NOW }]);
    await store().takeWritten(job, vm);
    await store().addWritten(job, vm, NOW + 2);
    expect(await list(job)).toEqual([{ ...vm, state: 'taken', since: NOW }]);
    await store().returnWritten(job, vm);
    expect(await list(job)).toEqual([{ ...vm, state: 'pending', since: NOW }]);
  });

  it('keeps what was written while a run is at work on what was written before', async () => {
    const job = fresh('job');
    await store().addWritten(job, vm, NOW);
    await store().takeWritten(job, vm);
    await store().addWritten(job, later, NOW + 5);
    await store().settleWritten(job, vm);
    await store().takeWritten(job, vm);
    expect(await list(job)).toEqual([{ ...later, state: 'pending', since: NOW + 5 }]);
  });
}
