import { describe, expect, it } from 'vitest';
import { days, daysOf, groupKey, recordOf, run, textOf, worldOf } from './world.ts';

const WEB = 'host/web';

describe('owner', () => {
  it('source gives a new group the owner that it has on the source', async () => {
    const world = await worldOf(days('web', [1], { owner: 'backup@pbs!site-a' }));
    await run(world);
    expect(await textOf(world.target, groupKey(WEB, 'owner'))).toBe('backup@pbs!site-a\n');
  });

  it('gives a new group the owner that the job names', async () => {
    const world = await worldOf(days('web', [1]), { owner: 'offsite@pbs' });
    await run(world);
    expect(await textOf(world.target, groupKey(WEB, 'owner'))).toBe('offsite@pbs\n');
    const again = await run(world);
    expect([again.finish.state, again.report.groups.planned]).toEqual(['ok', 0]);
  });

  it.each([
    ['missing', undefined],
    ['invalid', 'nobody at all'],
  ])(
    'that is %s on the source is an error of that group alone, and never a group that nobody sees on either side',
    async (_, owner) => {
      const world = await worldOf([...days('web', [1]), ...days('db', [1])]);
      if (owner === undefined) await world.source.delete([groupKey(WEB, 'owner')]);
      else await world.source.put(groupKey(WEB, 'owner'), Buffer.from(owner));
      const result = await run(world);
      expect([result.finish.state, recordOf(result, WEB)?.failures[0]?.code]).toEqual(['errors', 'OWNER_INVALID']);
      expect([daysOf(world.target, WEB), daysOf(world.target, 'host/db')]).toEqual([[], [1]]);
      await run(world, { owner: 'offsite@pbs' });
      expect([daysOf(world.target, WEB), await textOf(world.target, groupKey(WEB, 'owner'))]).toEqual([[1], 'offsite@pbs\n']);
    },
  );

  it('of somebody else on the target is an error of that group alone, which is not touched', async () => {
    const world = await worldOf([...days('web', [1]), ...days('db', [1])]);
    await world.target.put(groupKey(WEB, 'owner'), Buffer.from('else@pbs\n'));
    const result = await run(world);
    expect([result.finish.state, recordOf(result, WEB)?.failures[0]?.code]).toEqual(['errors', 'OWNER_DIFFERS']);
    expect([...world.bucket.keys()].filter((key) => key.includes('/host/web/'))).toEqual(['offsite/.cnt/host/web/owner']);
    expect(daysOf(world.target, 'host/db')).toEqual([1]);
  });

  it.each([
    ['by the listing', {}, 'else@pbs\n'],
    ['by reading, where the length is the same', {}, 'else@pam\n'],
    ['where the job names the owner', { owner: 'root@pam' }, 'else@pbs\n'],
  ])('of somebody else on the target is told in each run, also when there is nothing to copy: %s', async (_, job, owner) => {
    const world = await worldOf([...days('web', [1]), ...days('db', [1])], job);
    await run(world);
    await world.target.put(groupKey(WEB, 'owner'), Buffer.from(owner));
    for (const specs of [[], days('db', [2]), []]) {
      for (const spec of specs) await world.builder.addSnapshot(spec);
      const result = await run(world);
      expect([result.finish.state, recordOf(result, WEB)?.failures[0]?.code]).toEqual(['errors', 'OWNER_DIFFERS']);
      expect(await textOf(world.target, groupKey(WEB, 'owner'))).toBe(owner);
    }
    expect(daysOf(world.target, 'host/db')).toEqual([1, 2]);
  });

  it('that the source lost is told in each run, also when all is copied', async () => {
    const world = await worldOf(days('web', [1]));
    await run(world);
    await world.source.delete([groupKey(WEB, 'owner')]);
    for (let again = 0; again < 2; again += 1) {
      const result = await run(world);
      expect([result.finish.state, recordOf(result, WEB)?.failures[0]?.code]).toEqual(['errors', 'OWNER_INVALID']);
    }
    expect((await run(world, { owner: 'root@pam' })).finish.state).toBe('ok');
  });

  it.each(['source', 'root@pam'])(
    'that the copy lost is written again, though nothing else is to be copied: %s',
    async (owner) => {
      const world = await worldOf(days('web', [1]), { owner });
      await run(world);
      if (owner !== 'source') await world.source.delete([groupKey(WEB, 'owner')]);
      await world.target.delete([groupKey(WEB, 'owner')]);
      expect((await run(world)).finish.state).toBe('ok');
      expect(await textOf(world.target, groupKey(WEB, 'owner'))).toBe('root@pam\n');
      expect((await run(world)).report.groups.planned).toBe(0);
    },
  );

  it('costs nothing but listings while all is well, whoever should own the copies', async () => {
    for (const owner of ['source', 'offsite@pbs!sync']) {
      const world = await worldOf([...days('web', [1]), ...days('db', [1])], { owner });
      await run(world);
      const before = [world.source.counts.get, world.target.counts.get];
      await run(world);
      expect([world.source.counts.get, world.target.counts.get]).toEqual(before);
    }
  });

  it('is compared exactly, as PBS does when it writes: a token of the owner is somebody else', async () => {
    const world = await worldOf(days('web', [1]), { owner: 'backup@pbs!token' });
    await world.target.put(groupKey(WEB, 'owner'), Buffer.from('backup@pbs\n'));
    const result = await run(world);
    expect(recordOf(result, WEB)?.failures[0]?.code).toBe('OWNER_DIFFERS');
  });
});
