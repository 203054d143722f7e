import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gatherOutcomes, type GroupOutcome } from '../../../lib/sync/report/gather-outcomes.ts';
import { foldReport } from '../../../lib/sync/report/fold-report.ts';
import { pickEvenly } from '../../../lib/sync/report/pick-evenly.ts';
import { MAX_REPORT_FAILURES } from '../../../lib/sync/report/report.ts';
import { MAX_NEEDED_BY, nameSharedChunks } from '../../../lib/sync/report/shared-chunks.ts';
import { copiedOutcome, damagedChunk, failedOutcome, groupRecord, runFacts } from './facts.ts';

async function* stream(outcomes: readonly GroupOutcome[]): AsyncGenerator<GroupOutcome> {
  yield* outcomes;
}

const VM = { namespace: 'prod', name: 'vm/100' };
const dayOf = (day: number): string => new Date(Date.UTC(2025, 0, day)).toISOString().replace('.000Z', 'Z');

describe('pickEvenly', () => {
  it('picks the lowest ranks, earlier before later ones, as sorting everything would', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (ranks, limit) => {
        const picker = pickEvenly<number>(limit);
        ranks.forEach((rank, at) => picker.offer(at, rank));
        const sorted = ranks.map((rank, at) => ({ rank, at })).sort((a, b) => a.rank - b.rank || a.at - b.at);
        const wanted = sorted.slice(0, limit).map(({ at }) => at);
        expect(picker.picked()).toEqual(wanted.sort((a, b) => a - b));
      }),
    );
  });
});

describe('gatherOutcomes', () => {
  it('names all there is when there is room, in the order of the snapshots', async () => {
    const outcomes = [1, 2, 3].map((day) => ({ group: VM, outcome: copiedOutcome(dayOf(day)) }));
    const { named, counts } = await gatherOutcomes(stream(outcomes));
    expect(named.get('prod/vm/100')).toEqual(outcomes.map(({ outcome }) => outcome));
    expect(counts.get('prod/vm/100')).toBe(3);
  });

  it('names failures before all else, then the newest of each group alike, and counts what it does not name', async () => {
    const ofGroup = (name: string) =>
      Array.from({ length: 100 }, (_, day) => ({
        group: { namespace: '', name },
        outcome: day === 7 ? failedOutcome(dayOf(day)) : copiedOutcome(dayOf(day)),
      }));
    const { named, counts } = await gatherOutcomes(stream([...ofGroup('ct/1'), ...ofGroup('vm/2')]), 8);
    for (const name of ['ct/1', 'vm/2']) {
      expect(named.get(name)?.map(({ snapshot }) => snapshot)).toEqual([7, 97, 98, 99].map(dayOf));
      expect(counts.get(name)).toBe(100);
    }
  });

  it('tells the digests of a failure once, among the failures of the run', async () => {
    const { named, failures } = await gatherOutcomes(stream([{ group: VM, outcome: failedOutcome(dayOf(1)) }]));
    const [outcome] = named.get('prod/vm/100')!;
    expect(outcome).toMatchObject({ failure: { code: damagedChunk.code, archive: damagedChunk.archive } });
    expect(JSON.stringify(outcome)).not.toContain('digest');
    expect(failures.get('prod/vm/100')).toEqual([{ ...damagedChunk, snapshot: dayOf(1) }]);
  });

  it('names more failures of one group than its record has room for', async () => {
    const outcomes = Array.from({ length: 600 }, (_, day) => ({ group: VM, outcome: failedOutcome(dayOf(day)) }));
    const failures = outcomes.slice(0, 50).map(({ outcome }) => ({ ...damagedChunk, snapshot: outcome.snapshot }));
    const record = groupRecord({ ...VM, state: 'errors', failures, failureCount: 600 });
    const report = foldReport(runFacts([record], { outcomes: await gatherOutcomes(stream(outcomes)) }));
    expect(report.failures).toHaveLength(MAX_REPORT_FAILURES);
    expect(new Set(report.failures.map(({ snapshot }) => snapshot)).size).toBe(MAX_REPORT_FAILURES);
    expect(report.failureCount).toBe(600);
  });
});

describe('nameSharedChunks', () => {
  const shared = { ...damagedChunk, group: 'prod/vm/100', snapshot: dayOf(1) };
  const failing = (name: string, day: number, digests: readonly string[]): GroupOutcome => ({
    group: { namespace: '', name },
    outcome: failedOutcome(dayOf(day), { ...damagedChunk, digest: digests[0]!, moreDigests: digests.slice(1) }),
  });

  it('names every other snapshot of the run that needs one of the chunks, those without room of their own too', async () => {
    const outcomes = [
      { group: VM, outcome: failedOutcome(dayOf(1)) },
      failing('ct/1', 2, ['aaaa', damagedChunk.digest!]),
      failing('ct/1', 3, ['bbbb']),
      { group: VM, outcome: copiedOutcome(dayOf(4)) },
    ];
    const [failure, other] = await nameSharedChunks([shared, { ...shared, digest: 'cccc' }], () => stream(outcomes));
    expect(failure).toEqual({ ...shared, neededBy: [`ct/1/${dayOf(2)}`], neededByCount: 1 });
    expect(other).not.toHaveProperty('neededBy');
  });

  it('counts those that it has no room to name', async () => {
    const outcomes = Array.from({ length: 300 }, (_, day) => failing('ct/1', day, [damagedChunk.digest!]));
    const [failure] = await nameSharedChunks([shared], () => stream(outcomes));
    expect([failure!.neededBy?.length, failure!.neededByCount]).toEqual([MAX_NEEDED_BY, 300]);
  });

  it('does not read the outcomes again when no chunk is damaged', async () => {
    const failure = { kind: 'DataError', code: 'OWNER_INVALID', message: 'm' };
    const never = (): never => {
      throw new Error('read');
    };
    expect(await nameSharedChunks([failure], never)).toEqual([failure]);
  });
});
