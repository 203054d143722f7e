import { describe, expect, it } from 'vitest';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { planRemoval, removalKeys } from '../../lib/sync/plan-removal.ts';
import { storeOf, type StoreSketch } from '../support/listed-store.ts';
import { job as jobWith } from '../support/locations.ts';

/** Enough that stays for anything small to vanish. */
const STAYS: StoreSketch = { 'ct/1': [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12] };

describe('remove-vanished and groups that PBS takes away by mistake, since it forgets by a prefix without its slash', () => {
  /** Plans and carries out some runs in a row; what was kept in the last, and the snapshots and groups that are left. */
  async function runs(source: StoreSketch, target: StoreSketch, namespaces: { source?: string[]; target?: string[] } = {}) {
    const job = jobWith({ removeVanished: true, maxDelete: { kind: 'share', share: 1 } });
    const sides = { source: await storeOf(source, namespaces.source), target: await storeOf(target, namespaces.target) };
    let kept: readonly string[] = [];
    for (let run = 0; run < 3; run += 1) {
      const plan = await planRemoval({ job, layout: pbsLayout, held: undefined, ...sides });
      kept = plan.kept;
      await sides.target.delete(plan.removals.flatMap(removalKeys));
    }
    const keys = [...sides.target.objects.keys()].filter((key) => !key.includes('/ct/1/'));
    const left = keys.map((key) => /^\.cnt\/(.*)\/(?:owner|\.namespace|[^/]*(\d\d)T.*index.json.blob)$/.exec(key));
    return { kept, left: left.flatMap((found) => (found === null ? [] : [[found[1], found[2] ?? ''].join(' ').trim()])) };
  }
  const BY_MISTAKE = 'PBS takes it away by mistake when it forgets';

  it('keeps the longer name, run after run, and takes the shorter one but for the file that shows it was there', async () => {
    const { kept, left } = await runs(STAYS, { ...STAYS, 'vm/100': [1, 2], 'vm/1000': [1], 'vm/2': [1] });
    expect(kept).toEqual([expect.stringContaining(`vm/1000 (${BY_MISTAKE} vm/100:`)]);
    expect(left.toSorted()).toEqual(['vm/100', 'vm/1000', 'vm/1000 01']);
  });

  it('keeps it also when the shorter one was backed up again since, and its old copies are gone', async () => {
    const target = { ...STAYS, 'vm/100': [1, 2, 5], 'vm/1000': [1, 3] };
    const { kept, left } = await runs({ ...STAYS, 'vm/100': [5] }, target);
    expect(kept).toEqual([expect.stringContaining(`vm/1000 (${BY_MISTAKE} vm/100:`)]);
    expect(left.toSorted()).toEqual(['vm/100', 'vm/100 05', 'vm/1000', 'vm/1000 01', 'vm/1000 03']);
  });

  it('keeps it also when PBS left what is protected of both', async () => {
    const original = {
      ...STAYS,
      'vm/100': [{ day: 1, protected: true as const }],
      'vm/1000': [{ day: 1, protected: true as const }],
    };
    const { left } = await runs(original, { ...STAYS, 'vm/100': [1, 2], 'vm/1000': [1, 2] });
    expect(left.toSorted()).toEqual(['vm/100', 'vm/100 01', 'vm/1000', 'vm/1000 01', 'vm/1000 02']);
  });

  it('takes the longer name when the shorter one was there all the time', async () => {
    const { kept, left } = await runs({ ...STAYS, 'vm/100': [2, 5] }, { ...STAYS, 'vm/100': [1, 2, 5], 'vm/1000': [1, 3] });
    expect([kept, left.toSorted()]).toEqual([[], ['vm/100', 'vm/100 02', 'vm/100 05']]);
  });

  it('takes both once the longer one is forgotten on the target', async () => {
    const target = { ...STAYS, 'vm/100': [] };
    expect(await runs(STAYS, target)).toEqual({ kept: [], left: [] });
  });

  it('knows it of namespaces too, and keeps the marker of the one that was removed', async () => {
    const namespaces = { target: ['old', 'older'] };
    const { kept, left } = await runs(STAYS, { ...STAYS, 'old:vm/1': [1], 'older:vm/1': [1] }, namespaces);
    expect(kept).toEqual([expect.stringContaining(`older/vm/1 (${BY_MISTAKE} old:`)]);
    expect(left.toSorted()).toEqual(['ns/old', 'ns/older', 'ns/older/vm/1', 'ns/older/vm/1 01']);
  });

  it('keeps what is older of a group that lives on without its owner file', async () => {
    const sides = {
      source: await storeOf({ ...STAYS, 'vm/1000': [3] }),
      target: await storeOf({ ...STAYS, 'vm/1000': [1, 2, 3] }),
    };
    await sides.source.delete(['.cnt/vm/1000/owner']);
    for (const owner of ['source', 'root@pam']) {
      const plan = await planRemoval({ job: jobWith({ owner }), layout: pbsLayout, held: undefined, ...sides });
      expect(plan).toEqual({ removals: [], kept: [expect.stringMatching(/^vm\/1000 \(on the source it has lost its owner/)] });
    }
  });
});
