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

  it('is compared exactly, as PBS does when it writes: a token of the owner is somebody else', async () => {
    const world = await worldOf(days('web', [1]), { owner: 'backup@pbs!token' });
    await world.target.put(groupKey(WEB, 'owner'), Buffer.from('backup@pbs\n'));
    const result = await run(world);
    expect(recordOf(result, WEB)?.failures[0]?.code).toBe('OWNER_DIFFERS');
  });
});
