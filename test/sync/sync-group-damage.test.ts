import { describe, expect, it } from 'vitest';
import { chunkKey } from '../../lib/layouts/pbs/keys.ts';
import type { BuiltSnapshot } from '../support/datastore-builder.ts';
import { crash } from '../support/faulty.ts';
import { manifestsOn, syncOnce, vmCloud } from '../support/group-sync.ts';
import { copyCloud, memoryCloud } from '../support/memory-run.ts';
import { findTorn } from '../support/restorable.ts';
import { fill, flipBit, nameOf, vmOn } from '../support/sample-store.ts';

describe('syncGroup and what is wrong with the source', () => {
  /** The key of the chunk that came with day 2. */
  const chunkOfDay2 = ([first, second]: readonly BuiltSnapshot[]): string => {
    const [before, after] = [first!, second!].map(({ archives }) => archives[0]!.chunks.map(({ digest }) => chunkKey(digest)));
    return after!.find((key) => !before!.includes(key))!;
  };

  it.each(['damaged', 'missing'])(
    'fails only the snapshot with a %s chunk, names the chunk, and writes nothing of it below .cnt',
    async (what) => {
      const cloud = memoryCloud({ transfersInFlight: 2 });
      const built = await fill(cloud.source, [vmOn(1), vmOn(2), vmOn(3, { changed: 1 })]);
      const key = chunkOfDay2(built);
      if (what === 'missing') await cloud.source.delete([key]);
      else await flipBit(cloud.source, key);

      const { output, record } = await syncOnce(cloud);
      expect([output.done, record.state, record.failureCount]).toEqual([true, 'errors', 1]);
      expect(record.failures).toMatchObject([
        { kind: 'DataError', snapshot: nameOf(2), archive: 'drive-scsi0.img.fidx', digest: key.slice(-64) },
      ]);
      expect(record.failures[0]!.message).toContain(key.slice(-64));
      expect(record.tally).toMatchObject({ snapshotsCopied: 2, snapshotsFailed: 1 });
      expect([...cloud.bucket.keys()].filter((name) => name.includes(nameOf(2)))).toEqual([]);
      expect(manifestsOn(cloud)).toHaveLength(2);
      expect(findTorn(cloud.bucket, 'offsite')).toEqual([]);
    },
  );

  it('tries a failed snapshot again in the next run, though a newer one is there, and forgets the failure when it is well', async () => {
    const cloud = memoryCloud();
    await fill(cloud.source, [vmOn(1), vmOn(2), vmOn(3)]);
    const key = `.cnt/vm/100/${nameOf(2)}/qemu-server.conf.blob`;
    await flipBit(cloud.source, key);
    const first = await syncOnce(cloud);
    expect(first.record.failures).toMatchObject([{ snapshot: nameOf(2), archive: 'qemu-server.conf.blob' }]);
    expect(await Array.fromAsync(cloud.store.listFailed('aws/bucket-offsite/offsite'))).toHaveLength(1);

    const again = await syncOnce(cloud);
    expect(again.record).toMatchObject({ state: 'errors', snapshots: 1, failureCount: 1 });
    await flipBit(cloud.source, key);
    const healed = await syncOnce(cloud);
    expect(healed.record).toMatchObject({ state: 'ok', tally: { snapshotsCopied: 1 } });
    expect(manifestsOn(cloud)).toHaveLength(3);
    expect(await Array.fromAsync(cloud.store.listFailed('aws/bucket-offsite/offsite'))).toEqual([]);
  });

  it.each([
    ['an index that does not add up', 'drive-scsi0.img.fidx', 'INDEX_INVALID'],
    ['a blob that is another one', 'qemu-server.conf.blob', 'BLOB_CRC_MISMATCH'],
  ])('fails a snapshot with %s', async (_, name, code) => {
    const cloud = await vmCloud();
    const key = `.cnt/vm/100/${nameOf(1)}/${name}`;
    await flipBit(cloud.source, key);
    const { record } = await syncOnce(cloud);
    expect(record.failures).toMatchObject([{ code, snapshot: nameOf(1), archive: name }]);
    expect([...cloud.bucket.keys()].filter((each) => each.includes(nameOf(1)))).toEqual([]);
    expect(manifestsOn(cloud)).toHaveLength(1);
  });

  it('leaves a snapshot out whose manifest does not decode, says so, and tries it again', async () => {
    const cloud = await vmCloud();
    const key = `.cnt/vm/100/${nameOf(1)}/index.json.blob`;
    await flipBit(cloud.source, key);
    const { record } = await syncOnce(cloud);
    expect(record.skipped).toEqual([{ reason: 'unreadable', count: 1, first: nameOf(1), last: nameOf(1) }]);
    expect([record.failureCount, manifestsOn(cloud).length]).toEqual([0, 1]);
    await flipBit(cloud.source, key);
    await syncOnce(cloud);
    expect(manifestsOn(cloud)).toHaveLength(2);
  });

  it('fails a snapshot whose manifest names a file that is not there', async () => {
    const cloud = await vmCloud();
    await cloud.source.delete([`.cnt/vm/100/${nameOf(1)}/qemu-server.conf.blob`]);
    const { record } = await syncOnce(cloud);
    expect(record.failures).toMatchObject([{ code: 'ARCHIVE_MISSING', snapshot: nameOf(1), archive: 'qemu-server.conf.blob' }]);
  });

  it('skips a snapshot that vanishes at whatever moment, and tears nothing', async () => {
    const whole = await vmCloud();
    const wire = crash({ at: Infinity, when: 'before' });
    await syncOnce(copyCloud(whole), { faults: wire });
    const states = new Set<string>();
    for (let at = 1; at <= wire.calls; at += 1) {
      const cloud = copyCloud(whole);
      let number = 0;
      const forget = {
        before: async () => {
          if ((number += 1) !== at) return;
          const folder = `.cnt/vm/100/${nameOf(1)}/`;
          await cloud.source.delete(
            ['qemu-server.conf.blob', 'drive-scsi0.img.fidx', 'index.json.blob'].map((name) => folder + name),
          );
        },
      };
      const { record } = await syncOnce(cloud, { faults: forget });
      expect(record.state).toBe('ok');
      expect([findTorn(cloud.bucket, 'offsite'), manifestsOn(cloud).some((key) => key.includes(nameOf(2)))]).toEqual([[], true]);
      states.add(record.skipped.map(({ reason }) => reason).join());
    }
    expect(states).toEqual(new Set(['', 'vanished']));
  });
});
