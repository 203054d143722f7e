import { describe, expect, it } from 'vitest';
import type { Job } from '../../../lib/sync/job.ts';
import { notes, verifyState } from '../../../lib/layouts/pbs/manifest.ts';
import type { Call } from '../../support/faulty.ts';
import {
  days,
  daysOf,
  groupKey,
  keyOf,
  manifestOf,
  run,
  setUnprotected,
  textOf,
  verified,
  worldOf,
  writesOf,
  type World,
} from './world.ts';

const WEB = 'host/web';

/** Three days of one group, copied. */
async function copied(job: Partial<Job> = {}): Promise<World> {
  const world = await worldOf(days('web', [1, 2, 3]), job);
  await run(world);
  return world;
}

const notesOf = async (world: World, day: number): Promise<string | undefined> => notes(await manifestOf(world.target, WEB, day));

describe('carry-marks', () => {
  it('carries notes of snapshots that were copied long ago, by their manifest alone', async () => {
    const world = await copied();
    await setUnprotected(world.source, WEB, 1, { notes: 'before the move' });
    const before = writesOf(world);
    const result = await run(world);
    expect([await notesOf(world, 1), writesOf(world) - before, result.report.snapshots.updated]).toEqual([
      'before the move',
      1,
      1,
    ]);
  });

  it('carries notes that keep their length, though sizes then say nothing', async () => {
    const world = await copied();
    await setUnprotected(world.source, WEB, 1, { notes: 'aaaa' });
    await run(world);
    await setUnprotected(world.source, WEB, 1, { notes: 'bbbb' });
    await run(world);
    expect(await notesOf(world, 1)).toBe('bbbb');
  });

  it('carries protection to a snapshot that was copied long ago', async () => {
    const world = await copied();
    await world.source.put(keyOf(WEB, 1, '.protected'), Buffer.alloc(0));
    await run(world);
    expect(await textOf(world.target, keyOf(WEB, 1, '.protected'))).toBe('');
  });

  it.each([
    ['that are new', undefined, 'ours'],
    ['that changed', 'old words', 'new words that are longer'],
    ['that changed and kept their length', 'old words', 'new words'],
  ])('carries notes of a group %s, though it has no new snapshot', async (_, before, after) => {
    const world = await worldOf(days('web', [1], before === undefined ? {} : { groupNotes: before }));
    await run(world);
    await world.source.put(groupKey(WEB, 'notes'), Buffer.from(after));
    await run(world);
    expect(await textOf(world.target, groupKey(WEB, 'notes'))).toBe(after);
    const written = writesOf(world);
    await run(world);
    expect(writesOf(world)).toBe(written);
  });

  it('keeps notes and protection that only the copy has, whatever else changes', async () => {
    const world = await copied();
    await setUnprotected(world.target, WEB, 1, { notes: 'checked by hand' });
    await world.target.put(keyOf(WEB, 1, '.protected'), Buffer.alloc(0));
    await world.target.put(groupKey(WEB, 'notes'), Buffer.from('the copy'));
    await setUnprotected(world.source, WEB, 1, verified('ok'));
    for (const spec of days('web', [4])) await world.builder.addSnapshot(spec);
    await run(world);
    expect([await notesOf(world, 1), await textOf(world.target, keyOf(WEB, 1, '.protected'))]).toEqual(['checked by hand', '']);
    expect([await textOf(world.target, groupKey(WEB, 'notes')), daysOf(world.target, WEB)]).toEqual(['the copy', [1, 2, 3, 4]]);
  });

  it('keeps protection when the source takes its own away, since a mark of the copy is nobody else’s to take', async () => {
    const world = await worldOf(days('web', [1], { protected: true }));
    await run(world);
    await world.source.delete([keyOf(WEB, 1, '.protected')]);
    await run(world);
    expect(await textOf(world.target, keyOf(WEB, 1, '.protected'))).toBe('');
  });

  it.each([1, 3])(
    'keeps what the PBS of the target found when it verified its copy of day %s, while the original is unchanged',
    async (day) => {
      const world = await copied();
      await setUnprotected(world.target, WEB, day, verified('ok'));
      const before = writesOf(world);
      await run(world);
      expect([verifyState(await manifestOf(world.target, WEB, day)), writesOf(world)]).toEqual(['ok', before]);
    },
  );

  it('keeps it also when the original is protected later', async () => {
    const world = await copied();
    await setUnprotected(world.target, WEB, 1, verified('ok'));
    await world.source.put(keyOf(WEB, 1, '.protected'), Buffer.alloc(0));
    await run(world);
    expect(await textOf(world.target, keyOf(WEB, 1, '.protected'))).toBe('');
    expect(verifyState(await manifestOf(world.target, WEB, 1))).toBe('ok');
  });

  it('follows the source again when the original changes', async () => {
    const world = await copied();
    await setUnprotected(world.target, WEB, 2, verified('ok'));
    await setUnprotected(world.source, WEB, 2, { notes: 'new' });
    await run(world);
    expect([await notesOf(world, 2), verifyState(await manifestOf(world.target, WEB, 2))]).toEqual(['new', undefined]);
  });

  it('follows when the source’s own verification failed and is well again: that was no finding about the copy', async () => {
    const world = await copied();
    for (const state of ['failed', 'ok'] as const) {
      await setUnprotected(world.source, WEB, 1, verified(state));
      const { report } = await run(world);
      expect([report.state, verifyState(await manifestOf(world.target, WEB, 1))]).toEqual(['ok', state]);
    }
  });

  it('is tried again where it failed, also for what transfer-last would not copy any more', async () => {
    const world = await copied();
    await setUnprotected(world.target, WEB, 1, verified('failed'));
    await setUnprotected(world.source, WEB, 1, { notes: 'kept' });
    const states = [];
    for (const job of [{}, { transferLast: 1 }, { transferLast: 1, resyncCorrupt: true }, {}]) {
      states.push((await run(world, job)).report.state);
    }
    expect(states).toEqual(['errors', 'errors', 'ok', 'ok']);
    expect(await notesOf(world, 1)).toBe('kept');
  });

  it('follows for what transfer-last would not copy any more: it is copied already', async () => {
    const world = await copied();
    await setUnprotected(world.source, WEB, 1, { notes: 'kept' });
    await run(world, { transferLast: 1 });
    expect(await notesOf(world, 1)).toBe('kept');
  });

  it('off is PBS’s way: only the newest common snapshot is looked at again', async () => {
    const world = await copied({ carryMarks: false });
    for (const day of [2, 3]) await setUnprotected(world.source, WEB, day, { notes: `day ${day}` });
    await world.source.put(keyOf(WEB, 1, '.protected'), Buffer.alloc(0));
    await run(world);
    expect([await notesOf(world, 2), await notesOf(world, 3)]).toEqual([undefined, 'day 3']);
    expect(await textOf(world.target, keyOf(WEB, 1, '.protected'))).toBeUndefined();
  });

  it('protects a new copy before it is visible', async () => {
    const world = await worldOf(days('web', [1], { protected: true }));
    const order: string[] = [];
    const before = ({ method, args }: Call): void => {
      if (method === 'put') order.push(String(args[0]));
    };
    await run(world, {}, { faults: { before } });
    const at = (file: string): number => order.indexOf(keyOf(WEB, 1, file));
    expect(at('.protected')).toBeGreaterThan(-1);
    expect(at('.protected')).toBeLessThan(at('index.json.blob'));
  });
});
