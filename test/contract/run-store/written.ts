import { expect, it } from 'vitest';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import type { WrittenRecord } from '../../../lib/sync/written-record.ts';
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

  const pending = (written: typeof vm): WrittenRecord => ({ ...written, state: 'pending', since: NOW });
  const taken = (written: typeof vm, run: string): WrittenRecord => ({ ...pending(written), state: 'taken', run });

  it('keeps what was written until a run has taken and settled it', async () => {
    const job = fresh('job');
    for (const each of [vm, ct]) await store().addWritten(job, each, NOW);
    await store().moveWritten(job, pending(vm), 'taken', 'run-1');
    await store().moveWritten(job, taken(vm, 'run-1'), 'settled', 'run-1');
    expect(await list(job)).toEqual([pending(ct), { ...taken(vm, 'run-1'), state: 'settled' }]);
    expect(await list(fresh('job'))).toEqual([]);
  });

  it('hears of the same thing once, and does not settle what no run has taken', async () => {
    const job = fresh('job');
    await store().addWritten(job, vm, NOW);
    await store().moveWritten(job, taken(vm, 'run-1'), 'settled', 'run-1');
    await store().addWritten(job, vm, NOW + 1);
    expect(await list(job)).toEqual([pending(vm)]);
    await store().moveWritten(job, pending(vm), 'taken', 'run-1');
    await store().addWritten(job, vm, NOW + 2);
    expect(await list(job)).toEqual([taken(vm, 'run-1')]);
  });

  it('lets another run take what one took, from which on it is not the first one’s to settle', async () => {
    const job = fresh('job');
    await store().addWritten(job, vm, NOW);
    await store().moveWritten(job, pending(vm), 'taken', 'run-1');
    await store().moveWritten(job, taken(vm, 'run-1'), 'taken', 'run-2');
    await store().moveWritten(job, taken(vm, 'run-1'), 'settled', 'run-1');
    await store().moveWritten(job, pending(vm), 'taken', 'run-3');
    expect(await list(job)).toEqual([taken(vm, 'run-2')]);
  });

  it('keeps what was written while a run is at work on what was written before', async () => {
    const job = fresh('job');
    await store().addWritten(job, vm, NOW);
    await store().moveWritten(job, pending(vm), 'taken', 'run-1');
    await store().addWritten(job, later, NOW + 5);
    await store().moveWritten(job, taken(vm, 'run-1'), 'settled', 'run-1');
    await store().moveWritten(job, pending(vm), 'taken', 'run-1');
    expect(await list(job)).toEqual([{ ...pending(later), since: NOW + 5 }]);
  });
}
