import { describe, expect, it } from 'vitest';
import { exitCodeOf } from '../../lib/cli/exit-code.ts';
import { ConfigError } from '../../lib/errors.ts';
import type { Call } from '../support/faulty.ts';
import { days, daysOf, forget, run, worldOf } from './semantics/world.ts';

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Whatever is written into the target is refused, as S3 refuses it to keys that may only read. */
const denied = (before: Call[] = []) => ({
  before: (call: Call): void => {
    const isContent = /^\.(cnt|chunks)\//.test(String(call.args[0]));
    if (!['put', 'copy', 'startMultipart'].includes(call.method) || !isContent) return;
    before.push(call);
    throw new ConfigError('STORE_ACCESS_DENIED', 'access is denied: allow s3:PutObject to these credentials');
  },
});

describe('a run that is refused what an operator has to change', () => {
  it('fails at once with what to change, and does not try the same with every other group', async () => {
    const world = await worldOf(
      IDS.flatMap((id) => days(id, [1])),
      { workerThreads: 2 },
    );
    const tried: Call[] = [];
    const { finish, report } = await run(world, {}, { faults: denied(tried) });
    expect([finish.state, finish.succeeded, exitCodeOf(report)]).toEqual(['failed', false, 2]);
    expect(finish.message).toMatch(/^failed after .*: access is denied: allow s3:PutObject/);
    expect(report.failures[0]).toMatchObject({ kind: 'ConfigError', code: 'STORE_ACCESS_DENIED' });
    const groups = new Set(report.failures.map(({ group }) => group).filter((group) => group !== undefined));
    expect([groups.size <= 2, report.groups]).toEqual([true, expect.objectContaining({ planned: 6, ok: 0 })]);
    expect(report.failures.every(({ kind }) => kind === 'ConfigError')).toBe(true);
    expect(tried.length).toBeLessThan(20);
  });

  it('removes nothing, keeps no lock, and the next run does all of it', async () => {
    const world = await worldOf([...days('a', [1, 2, 3, 4, 5]), ...days('b', [1])]);
    await run(world);
    await forget(world.source, 'host/a', 1);
    for (const id of IDS) for (const spec of days(id, [6])) await world.builder.addSnapshot(spec);
    const refused = await run(world, { removeVanished: true }, { faults: denied() });
    expect([refused.finish.state, refused.report.removed?.snapshots]).toEqual(['failed', 0]);
    expect(daysOf(world.target, 'host/a')).toEqual([1, 2, 3, 4, 5]);
    const next = await run(world, { removeVanished: true });
    expect([next.finish.state, daysOf(world.target, 'host/a')]).toEqual(['ok', [2, 3, 4, 5, 6]]);
    expect(IDS.every((id) => daysOf(world.target, `host/${id}`).includes(6))).toBe(true);
  });
});
