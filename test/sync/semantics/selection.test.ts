import { describe, expect, it } from 'vitest';
import { deriveCryptKey } from '../../../lib/layouts/pbs/crypt-key.ts';
import type { Job } from '../../../lib/sync/job.ts';
import { recorder } from '../../support/faulty.ts';
import { flipBit, nameOf } from '../../support/sample-store.ts';
import {
  days,
  daysOf,
  editManifest,
  filters,
  forget,
  keyOf,
  recordOf,
  run,
  setUnprotected,
  skippedOf,
  verified,
  worldOf,
  writesOf,
  type World,
} from './world.ts';

/** Requests that changed the target by the end of one more run. */
async function writesOfNextRun(world: World): Promise<number> {
  await run(world);
  return writesOf(world);
}

const KEY = deriveCryptKey(Buffer.alloc(32, 1));

describe('max-depth', () => {
  const nested = [...days('web', [1]), ...days('web', [1], { namespace: 'a' }), ...days('web', [1], { namespace: 'a/b' })];
  const labels = ['host/web', 'a:host/web', 'a/b:host/web'];

  it.each([
    ['the anchor alone at 0', 0, [1, 0, 0]],
    ['one level more at 1', 1, [1, 1, 0]],
    ['all levels where it is left out', undefined, [1, 1, 1]],
  ])('takes %s, and makes no namespace deeper than that', async (_, maxDepth, found) => {
    const world = await worldOf(nested, { maxDepth });
    await run(world);
    expect(labels.map((label) => daysOf(world.target, label).length)).toEqual(found);
    const markers = [...world.bucket.keys()].filter((key) => key.endsWith('.namespace'));
    expect(markers).toHaveLength(maxDepth ?? 2);
  });

  it('makes a namespace also where a filter leaves out all that is in it', async () => {
    const world = await worldOf(nested, { verifiedOnly: true });
    await run(world);
    expect(labels.map((label) => daysOf(world.target, label).length)).toEqual([0, 0, 0]);
    expect([...world.bucket.keys()].filter((key) => key.endsWith('.namespace'))).toHaveLength(2);
  });

  it('counts from the anchor of the source, wherever the anchor of the target lies', async () => {
    const world = await worldOf(nested, { namespace: 'a', targetNamespace: 'x/y', maxDepth: 0 });
    await run(world);
    expect([daysOf(world.target, 'x/y:host/web'), daysOf(world.target, 'x/y/b:host/web')]).toEqual([[1], []]);
  });
});

describe('group-filter', () => {
  const machines = [...days('web', [1]), ...days('web2', [1]), ...days('db', [1])];

  it.each([
    ['what an include names', ['group:host/web'], ['web']],
    ['what any include finds', ['group:host/db', 'regex:^host/web2$'], ['web2', 'db']],
    ['all but what an exclude finds', ['exclude:regex:web'], ['db']],
    ['nothing that an exclude finds, though an include finds it too', ['type:host', 'exclude:group:host/db'], ['web', 'web2']],
    ['nothing where no include finds anything', ['type:vm'], []],
  ])('takes %s', async (_, texts, found) => {
    const world = await worldOf(machines, { groupFilter: filters(...texts) });
    const { finish } = await run(world);
    expect(finish.state).toBe('ok');
    expect(['web', 'web2', 'db'].filter((id) => daysOf(world.target, `host/${id}`).length > 0)).toEqual(found);
  });
});

describe('the order of snapshots', () => {
  it('takes nothing that is older than the newest on the target, and says how many it left out', async () => {
    const world = await worldOf(days('web', [3]));
    await run(world);
    for (const spec of days('web', [1, 2, 4])) await world.builder.addSnapshot(spec);
    const result = await run(world);
    expect([daysOf(world.target, 'host/web'), skippedOf(result, 'host/web')]).toEqual([[3, 4], { 'older-than-newest': 2 }]);
  });

  it('takes them with fill-gaps, the oldest first', async () => {
    const world = await worldOf(days('web', [3]));
    await run(world);
    for (const spec of days('web', [1, 2])) await world.builder.addSnapshot(spec);
    const result = await run(world, { fillGaps: true });
    expect([daysOf(world.target, 'host/web'), result.report.snapshots.copied]).toEqual([[1, 2, 3], 2]);
  });

  it('tries again what failed before, though newer ones have been copied since', async () => {
    const world = await worldOf(days('web', [1, 2]));
    const key = keyOf('host/web', 1, 'catalog.pcat1.didx');
    await flipBit(world.source, key);
    const first = await run(world);
    expect([first.finish.state, daysOf(world.target, 'host/web')]).toEqual(['errors', [2]]);
    await flipBit(world.source, key);
    const second = await run(world);
    expect([second.finish.state, daysOf(world.target, 'host/web')]).toEqual(['ok', [1, 2]]);
  });

  it('goes on with the other snapshots of a group when one fails, where PBS stops the group', async () => {
    const world = await worldOf(days('web', [1, 2, 3]));
    await flipBit(world.source, keyOf('host/web', 2, 'catalog.pcat1.didx'));
    const result = await run(world);
    expect([daysOf(world.target, 'host/web'), result.report.snapshots]).toEqual([[1, 3], { copied: 2, updated: 0, failed: 1 }]);
  });
});

describe('a copy that is newer than everything on the source', () => {
  /** A backup with a clock in the future, which the source has forgotten since; its copy stays. */
  const ahead = async (job: Partial<Job> = {}) => {
    const world = await worldOf(days('web', [1, 20]), job);
    await run(world);
    await forget(world.source, 'host/web', 20);
    return world;
  };

  it('is no matter while all that the source has is copied', async () => {
    expect((await run(await ahead())).finish.state).toBe('ok');
  });

  it('holds new backups back: each run ends with warnings, and says which copy it is and what to do', async () => {
    const world = await ahead();
    for (const spec of days('web', [2, 3])) await world.builder.addSnapshot(spec);
    for (let again = 0; again < 2; again += 1) {
      world.lines.length = 0;
      const result = await run(world);
      expect([result.finish.state, skippedOf(result, 'host/web')]).toEqual(['warnings', { 'held-back': 2 }]);
      expect(result.finish.message).toMatch(/2 snapshots held back by a newer copy .* set fill-gaps, or forget/);
      const line = new RegExp(`^\\[host/web\\]: skipped: 2 .*${nameOf(20)}; set fill-gaps .* or forget ${nameOf(20)}`);
      expect(world.lines).toContainEqual(expect.stringMatching(line));
    }
    expect((await run(world, { fillGaps: true })).finish.state).toBe('ok');
    expect(daysOf(world.target, 'host/web')).toEqual([1, 2, 3, 20]);
  });

  it('holds nothing back any more once it is forgotten on the target', async () => {
    const world = await ahead();
    await world.builder.addSnapshot(days('web', [2])[0]!);
    await forget(world.target, 'host/web', 20);
    expect([(await run(world)).finish.state, daysOf(world.target, 'host/web')]).toEqual(['ok', [1, 2]]);
  });

  it('does not hold back what transfer-last leaves out anyway', async () => {
    const world = await ahead();
    for (const spec of days('web', [2, 3])) await world.builder.addSnapshot(spec);
    expect(skippedOf(await run(world, { transferLast: 1 }), 'host/web')).toEqual({ 'older-than-newest': 1, 'held-back': 1 });
  });
});

describe('transfer-last', () => {
  it('takes only the newest ones of each group, and says what it left out', async () => {
    const world = await worldOf([...days('web', [1, 2, 3, 4]), ...days('db', [1])], { transferLast: 2 });
    const result = await run(world);
    expect([daysOf(world.target, 'host/web'), daysOf(world.target, 'host/db')]).toEqual([[3, 4], [1]]);
    expect(skippedOf(result, 'host/web')).toEqual({ 'transfer-last': 2 });
  });

  it('counts no backup in progress', async () => {
    const world = await worldOf(days('web', [1, 2, 3]), { transferLast: 1 });
    await world.source.delete([keyOf('host/web', 3, 'index.json.blob')]);
    await run(world);
    expect(daysOf(world.target, 'host/web')).toEqual([2]);
  });

  it('counts what verified-only lets pass, so that unverified ones do not use it up', async () => {
    const specs = [...days('web', [1, 2, 3], { verifyState: 'ok' }), ...days('web', [4, 5])];
    const world = await worldOf(specs, { transferLast: 2, verifiedOnly: true });
    const result = await run(world);
    expect(daysOf(world.target, 'host/web')).toEqual([2, 3]);
    expect(skippedOf(result, 'host/web')).toEqual({ 'transfer-last': 1, 'not-verified': 2 });
  });

  it('does not count what does not read, where a filter reads it', async () => {
    const world = await worldOf(days('web', [1, 2], { verifyState: 'ok' }), { transferLast: 1, verifiedOnly: true });
    await flipBit(world.source, keyOf('host/web', 2, 'index.json.blob'));
    await run(world);
    expect(daysOf(world.target, 'host/web')).toEqual([1]);
  });

  it.each([
    ['the newest', [3], { transferLast: 1 }, [2]],
    ['the newest two', [2, 3], { transferLast: 1 }, [1]],
    ['one between', [2], { transferLast: 2 }, [1, 3]],
  ])('counts as PBS does only what reads: %s does not', async (_, damaged, job, found) => {
    const world = await worldOf(days('web', [1, 2, 3]), job);
    for (const day of damaged) await flipBit(world.source, keyOf('host/web', day, 'index.json.blob'));
    const result = await run(world);
    expect([result.finish.state, daysOf(world.target, 'host/web')]).toEqual(['warnings', found]);
    expect(skippedOf(result, 'host/web')['unreadable']).toBe(damaged.length);
    expect(writesOf(world)).toBe(await writesOfNextRun(world));
  });

  it('reads no manifest of what is copied already to count', async () => {
    const world = await worldOf(days('web', [1, 2, 3]), { transferLast: 2 });
    await run(world);
    await world.builder.addSnapshot(days('web', [4])[0]!);
    const passed = recorder();
    await run(world, {}, { faults: passed });
    const read = passed.calls.filter(({ method, args }) => method === 'get' && /-0[1-3]T.*index.json/.test(String(args[0])));
    expect(read).toEqual([]);
  });

  it('tells what does not read, where a filter reads it, and counts it neither', async () => {
    const world = await worldOf(days('web', [1, 2, 3], { verifyState: 'ok' }), { transferLast: 1, verifiedOnly: true });
    await flipBit(world.source, keyOf('host/web', 3, 'index.json.blob'));
    const result = await run(world);
    expect([daysOf(world.target, 'host/web'), skippedOf(result, 'host/web')]).toEqual([
      [2],
      { 'transfer-last': 1, unreadable: 1 },
    ]);
  });

  it('looks at the newest common snapshot again all the same', async () => {
    const world = await worldOf(days('web', [1, 2]), { transferLast: 1, carryMarks: false });
    await run(world);
    await world.builder.addSnapshot(days('web', [3])[0]!);
    await setUnprotected(world.source, 'host/web', 2, { notes: 'kept for the auditors' });
    const result = await run(world);
    expect(result.report.snapshots).toEqual({ copied: 1, updated: 1, failed: 0 });
  });
});

describe('verified-only', () => {
  it('takes what PBS has verified without a fault, and says what it left out', async () => {
    const specs = [
      ...days('web', [1], { verifyState: 'ok' }),
      ...days('web', [2], { verifyState: 'failed' }),
      ...days('web', [3]),
    ];
    const world = await worldOf(specs, { verifiedOnly: true });
    const result = await run(world);
    expect([daysOf(world.target, 'host/web'), skippedOf(result, 'host/web')]).toEqual([[1], { 'not-verified': 2 }]);
    expect(result.finish.state).toBe('ok');
  });

  it('takes it later, once it is verified', async () => {
    const world = await worldOf(days('web', [1]), { verifiedOnly: true });
    await run(world);
    await setUnprotected(world.source, 'host/web', 1, verified('ok'));
    await run(world);
    expect(daysOf(world.target, 'host/web')).toEqual([1]);
  });
});

describe('encrypted-only', () => {
  it('takes what is encrypted through and through: neither plain, nor signed, nor a mixture', async () => {
    const world = await worldOf(
      [
        ...days('plain', [1]),
        ...days('signed', [1], { cryptMode: 'sign-only', key: KEY }),
        ...days('whole', [1], { cryptMode: 'encrypt', key: KEY }),
        ...days('mixed', [1], { cryptMode: 'encrypt', key: KEY }),
      ],
      { encryptedOnly: true },
    );
    await editManifest(world.source, 'host/mixed', 1, (manifest) => ({
      ...manifest,
      files: manifest.files.map((file, at) => (at === 0 ? { ...file, cryptMode: 'none' } : file)),
    }));
    const result = await run(world);
    const found = ['plain', 'signed', 'whole', 'mixed'].filter((id) => daysOf(world.target, `host/${id}`).length > 0);
    expect(found).toEqual(['whole']);
    expect(skippedOf(result, 'host/mixed')).toEqual({ 'not-encrypted': 1 });
  });
});

describe('backups in progress and manifests that do not read', () => {
  it('are left out and told apart; only the second is a warning', async () => {
    const world = await worldOf([...days('web', [1, 2]), ...days('db', [1, 2])]);
    await world.source.delete([keyOf('host/web', 2, 'index.json.blob')]);
    const first = await run(world);
    expect([first.finish.state, recordOf(first, 'host/web')?.skipped[0]?.reason]).toEqual(['ok', 'in-progress']);

    await world.builder.addSnapshot(days('db', [3])[0]!);
    await flipBit(world.source, keyOf('host/db', 3, 'index.json.blob'));
    const second = await run(world);
    expect([second.finish.state, skippedOf(second, 'host/db')]).toEqual(['warnings', { unreadable: 1 }]);
    expect(second.finish.succeeded).toBe(true);
    expect(world.lines).toContainEqual(expect.stringContaining('[host/db]: '));
  });

  it('says that a backup is in progress in the log of a run that has nothing else to do', async () => {
    const world = await worldOf(days('web', [1, 2]));
    await world.source.delete([keyOf('host/web', 2, 'index.json.blob')]);
    await run(world);
    world.lines.length = 0;
    await run(world);
    expect(world.lines).toContainEqual(expect.stringMatching(/^\[host\/web\]: skipped: 1 snapshot.* in-progress backup$/));
  });

  it('are copied once they are whole', async () => {
    const world = await worldOf(days('web', [1, 2]));
    await flipBit(world.source, keyOf('host/web', 1, 'index.json.blob'));
    await run(world);
    expect(daysOf(world.target, 'host/web')).toEqual([2]);
    await flipBit(world.source, keyOf('host/web', 1, 'index.json.blob'));
    await run(world);
    expect(daysOf(world.target, 'host/web')).toEqual([1, 2]);
  });

  it('counts as vanished what is taken away on the source meanwhile, which is a warning too', async () => {
    const world = await worldOf(days('web', [1, 2]));
    let gone = false;
    const faults = {
      before: async ({ args }: { args: readonly unknown[] }) => {
        if (gone || args[0] !== keyOf('host/web', 1, 'index.json.blob')) return;
        gone = true;
        await forget(world.source, 'host/web', 1);
      },
    };
    const result = await run(world, {}, { faults });
    expect([result.finish.state, skippedOf(result, 'host/web')]).toEqual(['warnings', { vanished: 1 }]);
    expect(daysOf(world.target, 'host/web')).toEqual([2]);
  });
});

describe('worker-threads', () => {
  it('says in the log when the lower limit of the settings holds, and nothing when it does not', async () => {
    const world = await worldOf(days('web', [1]));
    await run(world, { workerThreads: 2, workerThreadsWanted: 8 });
    const told = world.lines.filter((line) => line.includes('worker-threads'));
    expect(told).toEqual([expect.stringContaining('worker-threads 8 is above max-worker-threads: 2')]);
    await run(world, { workerThreads: 2, workerThreadsWanted: 2 });
    expect(world.lines.filter((line) => line.includes('worker-threads'))).toEqual(told);
  });
});
