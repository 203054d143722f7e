import { describe, expect, it } from 'vitest';
import type { Job } from '../../../lib/sync/job.ts';
import { TransientError } from '../../../lib/errors.ts';
import { crash, type Call } from '../../support/faulty.ts';
import { memoryRunStore } from '../../support/memory-run-store.ts';
import { contents, LEASE_IS_OVER_MS } from '../../support/memory-run.ts';
import { findTorn } from '../../support/restorable.ts';
import {
  days,
  daysOf,
  filters,
  forget,
  forgetGroup,
  groupKey,
  keyOf,
  run,
  setUnprotected,
  verified,
  worldOf,
  type World,
} from './world.ts';

const WEB = 'host/web';
const ALL: Partial<Job> = { removeVanished: true, maxDelete: { kind: 'share', share: 1 } };

/** Four days of one group and one of another, copied. */
async function copied(job: Partial<Job> = {}): Promise<World> {
  const world = await worldOf([...days('web', [1, 2, 3, 4]), ...days('db', [1])], job);
  await run(world);
  return world;
}

describe('remove-vanished', () => {
  it('is off by default', async () => {
    const world = await copied();
    await forget(world.source, WEB, 1);
    await run(world);
    expect(daysOf(world.target, WEB)).toEqual([1, 2, 3, 4]);
  });

  it('takes away what the source forgot, and nothing else', async () => {
    const world = await copied();
    await forget(world.source, WEB, 1);
    const { report } = await run(world, { removeVanished: true });
    expect([daysOf(world.target, WEB), report.removed?.snapshots]).toEqual([[2, 3, 4], 1]);
    expect([...world.bucket.keys()].filter((key) => key.includes(keyOf(WEB, 1)))).toEqual([]);
  });

  it.each([
    ['verified-only', { verifiedOnly: true }],
    ['encrypted-only', { encryptedOnly: true }],
    ['transfer-last', { transferLast: 1 }],
    ['a group filter', { groupFilter: filters('group:host/db') }],
  ])('never takes for vanished what %s does not let pass', async (_, filter) => {
    const world = await copied();
    await run(world, { ...ALL, ...filter });
    expect([daysOf(world.target, WEB), daysOf(world.target, 'host/db')]).toEqual([[1, 2, 3, 4], [1]]);
  });

  it('takes no backup in progress for vanished', async () => {
    const world = await copied();
    await world.source.delete([keyOf(WEB, 4, 'index.json.blob')]);
    await run(world, ALL);
    expect(daysOf(world.target, WEB)).toEqual([1, 2, 3, 4]);
  });

  it('with vanished-by-filter takes away what a filter does not let pass or is in progress, as PBS does', async () => {
    const world = await copied();
    for (const day of [1, 2, 3]) await setUnprotected(world.source, WEB, day, verified(day === 2 ? 'failed' : 'ok'));
    await world.source.delete([keyOf(WEB, 4, 'index.json.blob')]);
    await run(world, { ...ALL, verifiedOnly: true, vanishedByFilter: true });
    expect([daysOf(world.target, WEB), daysOf(world.target, 'host/db')]).toEqual([[1, 3], []]);
  });

  it('with vanished-by-filter still leaves groups alone that a group filter leaves out', async () => {
    const world = await copied();
    await forgetGroup(world.source, WEB);
    await run(world, { ...ALL, vanishedByFilter: true, groupFilter: filters('exclude:group:host/web') });
    expect(daysOf(world.target, WEB)).toEqual([1, 2, 3, 4]);
  });

  it('leaves alone what is deeper than max-depth, groups and namespaces', async () => {
    const world = await worldOf([...days('web', [1]), ...days('web', [1], { namespace: 'a' })]);
    await run(world);
    await forgetGroup(world.source, 'a:host/web');
    await world.source.delete(['.cnt/ns/a/.namespace']);
    await run(world, { ...ALL, maxDepth: 0 });
    expect(daysOf(world.target, 'a:host/web')).toEqual([1]);
    const { report } = await run(world, ALL);
    expect([daysOf(world.target, 'a:host/web'), report.removed?.namespaces]).toEqual([[], 1]);
  });

  it('keeps protected copies, and names them', async () => {
    const world = await copied();
    await world.target.put(keyOf('host/db', 1, '.protected'), Buffer.alloc(0));
    await forgetGroup(world.source, 'host/db');
    const { report } = await run(world, ALL);
    expect([daysOf(world.target, 'host/db'), world.bucket.has(`offsite/${groupKey('host/db', 'owner')}`)]).toEqual([[1], true]);
    expect(report.removed?.kept).toEqual([expect.stringMatching(/^host\/db\/.* \(protected\)$/)]);
  });

  it('takes nothing of a group that belongs to somebody else on the target, and names it', async () => {
    const world = await copied();
    await world.target.put(groupKey(WEB, 'owner'), Buffer.from('else@pbs\n'));
    await forget(world.source, WEB, 1);
    const { report } = await run(world, ALL);
    expect([daysOf(world.target, WEB), report.removed?.kept]).toEqual([[1, 2, 3, 4], ['host/web (belongs to else@pbs)']]);
  });

  it('takes host/web away and leaves host/web2 whole: no deletion without its closing slash', async () => {
    const world = await worldOf([...days('web', [1]), ...days('web2', [1, 2])]);
    await run(world);
    const before = Object.keys(contents(world.target)).filter((key) => key.includes('/web2/'));
    await forgetGroup(world.source, WEB);
    await run(world, ALL);
    const after = Object.keys(contents(world.target)).filter((key) => key.includes('/web'));
    expect([daysOf(world.target, WEB), after]).toEqual([[], before]);
  });

  it('takes the manifest first, in a request of its own', async () => {
    const world = await copied();
    await forget(world.source, WEB, 1);
    const deletes: string[][] = [];
    const before = ({ method, args }: Call): void => {
      if (method === 'delete') deletes.push(args[0] as string[]);
    };
    await run(world, ALL, { faults: { before } });
    expect(deletes[0]).toEqual([keyOf(WEB, 1, 'index.json.blob')]);
  });

  it('leaves only whole or invisible snapshots when it dies at any call, and the next run ends it', async () => {
    const calls = crash({ at: Infinity, when: 'before' });
    const forgotten = async (): Promise<World> => {
      const world = await copied();
      for (const day of [1, 2]) await forget(world.source, WEB, day);
      return world;
    };
    await run(await forgotten(), ALL, { faults: calls });
    for (let at = 1; at <= calls.calls; at += 1) {
      const world = await forgotten();
      await run(world, ALL, { faults: crash({ at, when: 'after' }) }).catch(() => undefined);
      expect([findTorn(world.bucket, 'offsite'), world.bucket.torn]).toEqual([[], []]);
      world.clock.advance(LEASE_IS_OVER_MS);
      await run(world, ALL);
      expect(daysOf(world.target, WEB)).toEqual([3, 4]);
    }
  });
});

describe('the guard of remove-vanished', () => {
  it('refuses more than a quarter of the snapshots, or what max-delete says: a share or a number', async () => {
    const world = await copied();
    for (const day of [1, 2]) await forget(world.source, WEB, day);
    const refused = await run(world, { removeVanished: true });
    expect([refused.finish.succeeded, daysOf(world.target, WEB)]).toEqual([false, [1, 2, 3, 4]]);
    expect(refused.finish.message).toMatch(/max-delete/);
    await run(world, { removeVanished: true, maxDelete: { kind: 'count', count: 1 } });
    expect(daysOf(world.target, WEB)).toEqual([1, 2, 3, 4]);
    await run(world, { removeVanished: true, maxDelete: { kind: 'count', count: 2 } });
    expect(daysOf(world.target, WEB)).toEqual([3, 4]);
  });

  it('counts by what the source held at the last good run of the same reach: neither a refused run nor a dry one changes that', async () => {
    const world = await copied();
    const later = (): void => world.clock.advance(1000);
    for (const day of [1, 2]) await forget(world.source, WEB, day);
    later();
    await run(world, { groupFilter: filters('group:host/db') });
    later();
    await run(world, { dryRun: true });
    for (let again = 0; again < 2; again += 1) {
      later();
      const { finish } = await run(world, { removeVanished: true });
      expect(finish.message).toMatch(/2 snapshots of the target would go, more than .*25% of the 5 that the source held/);
    }
    later();
    expect((await run(world, ALL)).report.removed?.snapshots).toBe(2);
    await forget(world.source, WEB, 3);
    later();
    expect((await run(world, { removeVanished: true })).finish.message).toMatch(/25% of the 3 that the source held/);
  });

  it('takes the source as it was when no good run is known: what it has, and what would go', async () => {
    const world = await copied();
    await forget(world.source, WEB, 1);
    const alone = { ...world, store: memoryRunStore() };
    expect((await run(alone, { removeVanished: true })).report.removed?.snapshots).toBe(1);
    for (const day of [2, 3]) await forget(world.source, WEB, day);
    const lost = { ...world, store: memoryRunStore() };
    expect((await run(lost, { removeVanished: true })).finish.message).toMatch(/2 snapshots .*25% of 4, .* no good run is known/);
  });

  it('refuses everything when the source has no snapshot at all, whatever max-delete says', async () => {
    const world = await copied();
    for (const label of [WEB, 'host/db']) await forgetGroup(world.source, label);
    const { finish } = await run(world, ALL);
    expect([finish.succeeded, daysOf(world.target, WEB), daysOf(world.target, 'host/db')]).toEqual([false, [1, 2, 3, 4], [1]]);
  });

  it('removes nothing when any listing of the run failed', async () => {
    const world = await copied();
    await forget(world.source, WEB, 1);
    let lists = 0;
    const listing = (call: Call): boolean => call.method === 'list' && String(call.args[0]).startsWith('.cnt/');
    const before = (call: Call): void => {
      lists += Number(listing(call));
    };
    await run(await copied(), ALL, { faults: { before } });
    for (let at = 1; at <= lists; at += 1) {
      let seen = 0;
      const before = (call: Call): void => {
        if (listing(call) && (seen += 1) >= at) throw new TransientError('SLOW_DOWN', 'throttled');
      };
      await run(world, ALL, { faults: { before } });
      expect(daysOf(world.target, WEB)).toEqual([1, 2, 3, 4]);
      world.clock.advance(LEASE_IS_OVER_MS);
    }
    expect(lists).toBeGreaterThan(2);
  });
});
