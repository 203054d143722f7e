import { describe, expect, it } from 'vitest';
import { deriveCryptKey } from '../../../lib/layouts/pbs/crypt-key.ts';
import { signManifest } from '../../../lib/layouts/pbs/manifest.ts';
import type { SnapshotSpec } from '../../support/datastore-builder.ts';
import { contents } from '../../support/memory-run.ts';
import { builderOf, fill } from '../../support/sample-store.ts';
import { days, editManifest, keyOf, recordOf, run, setUnprotected, worldOf, type World } from './world.ts';

const WEB = 'host/web';
const [ONE, TWO] = [1, 2].map((byte) => deriveCryptKey(Buffer.alloc(32, byte)));

/** One day was copied; then the source has another snapshot under its name. */
async function replaced(copy: Partial<SnapshotSpec>, original: Partial<SnapshotSpec>, seed = 'sample'): Promise<World> {
  const world = await worldOf(days('web', [1], copy));
  await run(world);
  world.source.objects.clear();
  await fill(world.source, days('web', [1], original), builderOf(world.source, seed));
  // What is equal in size and ETag is not even looked at.
  await setUnprotected(world.source, WEB, 1, { notes: 'another one' });
  return world;
}

describe('other content under the same name', () => {
  it.each([
    ['the copy has a key and the source is without one', { cryptMode: 'sign-only', key: ONE }, {}, 'the copy has a key'],
    ['the source has a key and the copy is without one', {}, { cryptMode: 'sign-only', key: ONE }, 'the source has a key'],
    [
      'they are encrypted with different keys',
      { cryptMode: 'encrypt', key: ONE },
      { cryptMode: 'encrypt', key: TWO },
      'different keys',
    ],
    [
      'they are signed with different keys, though what is signed is the same',
      { cryptMode: 'sign-only', key: ONE },
      { cryptMode: 'sign-only', key: TWO },
      'different keys',
    ],
    [
      'the same key signed one and encrypted the other',
      { cryptMode: 'sign-only', key: ONE },
      { cryptMode: 'encrypt', key: ONE },
      '',
    ],
  ] as const)('is refused when %s, and the copy is left as it is', async (_, copy, original, why) => {
    const world = await replaced({ ...copy } as Partial<SnapshotSpec>, { ...original } as Partial<SnapshotSpec>);
    const before = contents(world.target);
    const result = await run(world);
    const [failure] = recordOf(result, WEB)!.failures;
    expect([result.finish.state, failure?.code]).toEqual(['errors', 'SNAPSHOT_CONTENT_DIFFERS']);
    expect(failure?.message).toContain(why);
    expect(contents(world.target)).toEqual(before);
  });

  it('is refused when their signed parts differ without any key', async () => {
    const world = await replaced({}, {}, 'another seed');
    const before = contents(world.target);
    const result = await run(world);
    expect(recordOf(result, WEB)!.failures[0]?.message).toContain('signed parts differ');
    expect(contents(world.target)).toEqual(before);
  });

  it('is refused with one key too, which PBS would pull over the copy', async () => {
    const world = await replaced({ cryptMode: 'encrypt', key: ONE! }, { cryptMode: 'encrypt', key: ONE! }, 'another seed');
    const before = contents(world.target);
    const result = await run(world);
    expect(recordOf(result, WEB)!.failures[0]?.code).toBe('SNAPSHOT_CONTENT_DIFFERS');
    expect(contents(world.target)).toEqual(before);
  });

  it('is the same content when only what nobody signed differs: then the manifest follows', async () => {
    const world = await replaced({ cryptMode: 'sign-only', key: ONE! }, { cryptMode: 'sign-only', key: ONE! });
    const result = await run(world);
    expect([result.finish.state, result.report.snapshots.updated]).toEqual(['ok', 1]);
    const key = keyOf(WEB, 1, 'index.json.blob');
    expect((await world.target.get(key))?.bytes).toEqual((await world.source.get(key))?.bytes);
  });

  it('is refused when a signed manifest says anything else', async () => {
    const world = await worldOf(days('web', [1], { cryptMode: 'sign-only', key: ONE! }));
    await run(world);
    await editManifest(world.source, WEB, 1, (manifest) => signManifest({ ...manifest, time: manifest.time + 1 }, ONE!));
    const result = await run(world);
    expect(recordOf(result, WEB)!.failures[0]?.code).toBe('SNAPSHOT_CONTENT_DIFFERS');
  });
});
