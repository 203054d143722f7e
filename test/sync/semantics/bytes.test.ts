import { describe, expect, it } from 'vitest';
import { deriveCryptKey } from '../../../lib/layouts/pbs/crypt-key.ts';
import { isSignedBy } from '../../../lib/layouts/pbs/manifest.ts';
import { contents } from '../../support/memory-run.ts';
import { days, daysOf, keyOf, manifestOf, run, worldOf } from './world.ts';

const KEY = deriveCryptKey(Buffer.alloc(32, 1));

describe('a copy', () => {
  it.each(['none', 'sign-only', 'encrypt'] as const)(
    'has every file of a snapshot byte for byte, its mode %s',
    async (cryptMode) => {
      const world = await worldOf(
        days('web', [1, 2], { cryptMode, ...(cryptMode !== 'none' && { key: KEY }), log: 'all went well' }),
      );
      await run(world);
      const files = ['index.json.blob', 'client.log.blob', 'etc.pxar.didx', 'catalog.pcat1.didx'];
      for (const key of files.flatMap((file) => [keyOf('host/web', 1, file), keyOf('host/web', 2, file)])) {
        expect((await world.target.get(key))?.bytes, key).toEqual((await world.source.get(key))?.bytes);
        expect(await world.target.get(key)).toBeDefined();
      }
    },
  );

  it('of a signed backup keeps its mode and a signature that holds, which PBS’s push breaks', async () => {
    const world = await worldOf(days('web', [1], { cryptMode: 'sign-only', key: KEY }));
    await run(world);
    const manifest = await manifestOf(world.target, 'host/web', 1);
    expect([manifest.files.every(({ cryptMode }) => cryptMode === 'sign-only'), isSignedBy(manifest, KEY)]).toEqual([true, true]);
  });
});

describe('a target that a PBS has attached', () => {
  it('is refused before anything is written, with what would happen and what to do', async () => {
    const world = await worldOf(days('web', [1]));
    await world.target.put('.in-use', Buffer.alloc(0));
    const before = contents(world.target);
    const { finish, report } = await run(world);
    expect([finish.succeeded, report.failures[0]?.kind, contents(world.target)]).toEqual([false, 'ConfigError', before]);
    expect(finish.message).toMatch(/garbage collection would delete.*target-in-use: allow/s);
  });

  it('is written when the job allows it, with a warning to refresh', async () => {
    const world = await worldOf(days('web', [1]), { targetInUse: 'allow' });
    await world.target.put('.in-use', Buffer.alloc(0));
    const { finish } = await run(world);
    expect([finish.succeeded, daysOf(world.target, 'host/web')]).toEqual([true, [1]]);
    expect(world.lines.some((line) => line.includes('refresh it there'))).toBe(true);
  });
});
