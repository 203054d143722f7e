import { describe, expect, it } from 'vitest';
import { encodeBlob } from '../../../lib/layouts/pbs/data-blob.ts';
import { chunkKey } from '../../../lib/layouts/pbs/keys.ts';
import type { BuiltSnapshot } from '../../support/datastore-builder.ts';
import { recorder } from '../../support/faulty.ts';
import { findTorn } from '../../support/restorable.ts';
import { flipBit, hostOn, nameOf, vmOn } from '../../support/sample-store.ts';
import {
  days,
  daysOf,
  keyOf,
  manifestOf,
  recordOf,
  run,
  setUnprotected,
  verified,
  worldOf,
  writesOf,
  type World,
} from './world.ts';
import { verifyState } from '../../../lib/layouts/pbs/manifest.ts';

const WEB = 'host/web';
const VM = 'vm/100';
const MANIFEST = 'index.json.blob';

/** What the target's own PBS writes when it has found damage. */
const FOUND_OFFSITE = {
  verify_state: { state: 'failed', upid: 'UPID:offsite:00000002:00000002:00000002:65432199:verify:x:root@pam:' },
};

const chunksOf = ({ archives }: BuiltSnapshot): string[] =>
  archives.flatMap(({ chunks }) => chunks.map(({ digest }) => chunkKey(digest)));

/** A machine of three days, and which of its chunks each day has. */
async function machine(): Promise<{ world: World; chunks: string[][] }> {
  const world = await worldOf([]);
  const built: BuiltSnapshot[] = [];
  for (const day of [1, 2, 3]) built.push(await world.builder.addSnapshot(vmOn(day)));
  return { world, chunks: built.map(chunksOf) };
}

describe('a chunk that the source lacks or has damaged', () => {
  it('fails each snapshot that needs it, with archive and digest, and names all the others of the run', async () => {
    const { world, chunks } = await machine();
    const shared = chunks[0]!.find((key) => chunks.every((each) => each.includes(key)))!;
    await flipBit(world.source, shared);
    await world.builder.addSnapshot(hostOn(1));
    const { report, finish } = await run(world);
    expect([finish.state, report.snapshots]).toEqual(['errors', { copied: 1, updated: 0, failed: 3 }]);
    const titles = [1, 2, 3].map((day) => `${VM}/${nameOf(day)}`);
    expect(report.failures.map(({ digest, archive }) => [digest, archive])).toEqual(
      titles.map(() => [shared.slice(-64), 'drive-scsi0.img.fidx']),
    );
    expect(report.failures.map(({ neededBy }) => neededBy)).toEqual(
      titles.map((title) => titles.filter((each) => each !== title)),
    );
    expect(daysOf(world.target, VM)).toEqual([]);
  });

  it('names further bad chunks of the same snapshot, so that one run tells all', async () => {
    const { world, chunks } = await machine();
    const own = [...new Set(chunks[0])];
    expect(own.length).toBeGreaterThan(2);
    await world.source.delete(own);
    const result = await run(world, { groupFilter: [] });
    const first = recordOf(result, VM)!.failures.find(({ snapshot }) => snapshot === nameOf(1))!;
    expect([first.digest, ...(first.moreDigests ?? [])].sort()).toEqual(own.map((key) => key.slice(-64)).sort());
  });

  it('says when PBS found it damaged and renamed it', async () => {
    const { world, chunks } = await machine();
    const key = chunks[2]!.find((each) => !chunks[1]!.includes(each))!;
    await world.source.put(`${key}.0.bad`, (await world.source.get(key))!.bytes);
    await world.source.delete([key]);
    const result = await run(world);
    const [failure] = recordOf(result, VM)!.failures;
    expect([failure?.code, failure?.snapshot, daysOf(world.target, VM)]).toEqual(['CHUNK_MISSING', nameOf(3), [1, 2]]);
    expect(failure?.message).toContain('renamed to .bad');
    expect([...world.bucket.keys()].filter((each) => each.endsWith('.bad'))).toEqual([]);
  });

  it('does not matter when the target has it: no snapshot fails for it', async () => {
    const { world, chunks } = await machine();
    await run(world);
    const shared = chunks[2]!.find((key) => chunks[0]!.includes(key))!;
    await world.source.delete([shared]);
    await world.builder.addSnapshot(vmOn(4));
    const { finish } = await run(world);
    expect([finish.state, daysOf(world.target, VM)]).toEqual(['ok', [1, 2, 3, 4]]);
  });
});

describe('resync-corrupt', () => {
  it('is off by default: a copy that PBS found damaged keeps its mark, and nothing is written', async () => {
    const world = await worldOf(days('web', [1, 2]));
    await run(world);
    await setUnprotected(world.target, WEB, 2, verified('failed'));
    const result = await run(world);
    expect([result.finish.state, verifyState(await manifestOf(world.target, WEB, 2))]).toEqual(['ok', 'failed']);
  });

  it('replaces the damaged and the missing chunk of a copy that failed its verification, and writes no good one again', async () => {
    const { world, chunks } = await machine();
    await run(world);
    const [bad, lost, ...good] = [...new Set(chunks[0])];
    await world.target.put(bad!, encodeBlob(Buffer.from('something else')));
    await world.target.delete([lost!]);
    await setUnprotected(world.target, VM, 1, verified('failed'));
    const passed = recorder();
    const result = await run(world, { resyncCorrupt: true }, { faults: passed });
    expect([result.finish.state, result.report.snapshots.updated, findTorn(world.bucket, 'offsite')]).toEqual(['ok', 1, []]);
    const written = passed.calls.filter(({ method }) => method === 'put').map(({ args }) => String(args[0]));
    expect(written.filter((key) => key.startsWith('.chunks/')).sort()).toEqual([bad, lost].sort());
    expect(good.length).toBeGreaterThan(0);
    expect(verifyState(await manifestOf(world.target, VM, 1))).toBeUndefined();
  });

  it.each([1, 2])(
    'replaces copy %s whose manifest does not read, which is an error without the option once it is looked at',
    async (day) => {
      const world = await worldOf(days('web', [1, 2]));
      await run(world);
      await world.target.put(keyOf(WEB, day, MANIFEST), encodeBlob(Buffer.from('{"files":[]}')));
      await setUnprotected(world.source, WEB, day, { notes: 'changed, so it is looked at' });
      const refused = await run(world);
      expect(recordOf(refused, WEB)?.failures[0]?.code).toBe('COPY_UNREADABLE');
      await run(world, { resyncCorrupt: true });
      const key = keyOf(WEB, day, MANIFEST);
      expect((await world.target.get(key))?.bytes).toEqual((await world.source.get(key))?.bytes);
    },
  );

  it('sees the damage though the original was changed meanwhile: a new manifest would only hide it', async () => {
    const { world, chunks } = await machine();
    await run(world);
    await world.target.put(chunks[0]![0]!, encodeBlob(Buffer.from('something else')));
    await setUnprotected(world.target, VM, 1, verified('failed'));
    await setUnprotected(world.source, VM, 1, verified('ok'));
    await run(world, { resyncCorrupt: true });
    expect(findTorn(world.bucket, 'offsite')).toEqual([]);
  });

  it('settles where the original failed its verification too: its mark comes with its manifest, and is no finding about the copy', async () => {
    const world = await worldOf(days('web', [1, 2]), { resyncCorrupt: true });
    await run(world);
    for (const day of [1, 2]) await setUnprotected(world.source, WEB, day, verified('failed'));
    await setUnprotected(world.target, WEB, 1, FOUND_OFFSITE);
    expect((await run(world)).report.snapshots).toEqual({ copied: 0, updated: 2, failed: 0 });
    expect(verifyState(await manifestOf(world.target, WEB, 2))).toBe('failed');
    const written = writesOf(world);
    for (let again = 0; again < 2; again += 1) {
      const { finish, report } = await run(world);
      expect([finish.state, report.snapshots]).toEqual(['ok', { copied: 0, updated: 0, failed: 0 }]);
    }
    expect(writesOf(world)).toBe(written);
    await setUnprotected(world.target, WEB, 2, FOUND_OFFSITE);
    expect((await run(world)).report.snapshots.updated).toBe(1);
  });

  it('reads nothing of copies that are their originals byte for byte, and else one manifest a copy', async () => {
    const world = await worldOf([...days('web', [1, 2, 3]), ...days('db', [1])]);
    await run(world);
    await setUnprotected(world.target, WEB, 2, verified('ok'));
    const before = { source: { ...world.source.counts }, target: { ...world.target.counts } };
    await run(world, { resyncCorrupt: true });
    expect([world.source.counts.get - before.source.get, world.target.counts.get - before.target.get]).toEqual([0, 1]);
    expect(world.target.counts.put).toBe(before.target.put);
  });

  it('does not let a damaged copy lend its chunks to a new snapshot', async () => {
    const { world, chunks } = await machine();
    await run(world);
    const lost = chunks[2]!.find((key) => chunks[0]!.includes(key))!;
    await world.target.delete([lost]);
    for (const day of [1, 2, 3]) await setUnprotected(world.target, VM, day, verified('failed'));
    await world.builder.addSnapshot(vmOn(4));
    await run(world);
    expect([daysOf(world.target, VM), findTorn(world.bucket, 'offsite')]).toEqual([[1, 2, 3, 4], []]);
  });

  it('takes what transfer-last would not, as PBS does, and only what verified-only lets pass', async () => {
    const world = await worldOf(days('web', [1, 2]));
    await run(world);
    await setUnprotected(world.target, WEB, 1, verified('failed'));
    const strict = await run(world, { resyncCorrupt: true, transferLast: 1, verifiedOnly: true });
    expect([strict.report.snapshots.updated, verifyState(await manifestOf(world.target, WEB, 1))]).toEqual([0, 'failed']);
    const { report } = await run(world, { resyncCorrupt: true, transferLast: 1 });
    expect(report.snapshots.updated).toBe(1);
  });
});
