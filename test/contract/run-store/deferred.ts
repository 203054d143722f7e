import { expect, it } from 'vitest';
import type { GroupItem } from '../../../lib/sync/payloads.ts';
import type { RunRef, RunStore } from '../../../lib/sync/run-store.ts';
import { fresh, run } from './samples.ts';

const item = (namespace: string, name: string): GroupItem => ({ kind: 'group', namespace, name, missingNamespaces: [namespace] });

export function describeDeferred(store: () => RunStore): void {
  const list = (of: RunRef) => Array.fromAsync(store().listDeferred(of));

  it('keeps those of each run, with what is said of them last', async () => {
    const job = fresh('job');
    const [first, second] = [run(job, 1), run(job, 2)];
    expect(await list(first)).toEqual([]);
    await store().saveDeferred(first, { item: item('a/b', 'vm/100'), offers: 0 });
    await store().saveDeferred(first, { item: item('', 'ct/200'), offers: 0 });
    await store().saveDeferred(second, { item: item('', 'ct/200'), offers: 3 });
    await store().saveDeferred(first, { item: item('a/b', 'vm/100'), offers: 1 });
    expect(new Set(await list(first))).toEqual(
      new Set([
        { item: item('', 'ct/200'), offers: 0 },
        { item: item('a/b', 'vm/100'), offers: 1 },
      ]),
    );
    expect(await list(second)).toEqual([{ item: item('', 'ct/200'), offers: 3 }]);
  });

  it('forgets one, however often it is told to, and leaves the others alone', async () => {
    const of = run(fresh('job'), 1);
    const alike = [item('a/b', 'c'), item('a', 'b/c')];
    for (const each of alike) await store().saveDeferred(of, { item: each, offers: 0 });
    await store().removeDeferred(of, { namespace: 'a/b', name: 'c' });
    await store().removeDeferred(of, { namespace: 'a/b', name: 'c' });
    expect(await list(of)).toEqual([{ item: alike[1], offers: 0 }]);
    await store().removeDeferred(run(of.job, 2), { namespace: 'a', name: 'b/c' });
    expect(await list(of)).toHaveLength(1);
  });

  it('lists more of them than a page of the table holds', async () => {
    const of = run(fresh('job'), 1);
    const wide = (name: string): GroupItem => ({ ...item('', name), missingNamespaces: ['x'.repeat(200_000)] });
    for (let at = 0; at < 8; at += 1) await store().saveDeferred(of, { item: wide(`vm/${String(at)}`), offers: 0 });
    expect(await list(of)).toHaveLength(8);
  });
}
