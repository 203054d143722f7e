import { foldReport } from '../../lib/sync/report/fold-report.ts';
import { gatherOutcomes, type GroupOutcome } from '../../lib/sync/report/gather-outcomes.ts';
import type { GroupRecord } from '../../lib/sync/report/group-record.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { copiedOutcome, damagedChunk, failedOutcome, groupRecord, leftOutOutcome, runFacts } from '../sync/report/facts.ts';

const DIGEST = '4ff41a0b2c3d4e5f60718293a4b5c6d7e8f900112233445566778899aabbccdd';

const dayOf = (day: number): string => new Date(Date.UTC(2025, 9, day, 22, 0, 3)).toISOString().replace('.000Z', 'Z');

const failure = {
  ...damagedChunk,
  message: `prod/web/vm/1003/2025-10-31T22:00:03Z/drive-scsi0.img.fidx needs chunk ${DIGEST}, which the source does not have; verify the snapshot in PBS`,
  digest: DIGEST,
  snapshot: dayOf(31),
};

/** A report of so many groups: one in seven has a damaged snapshot, one in eleven was left by its worker, the others are well. */
export async function reportOf(groups: number, outcomesEach: number): Promise<Report> {
  const records = Array.from({ length: groups }, (_, index) => recordOf(index, outcomesEach));
  const outcomes = records.flatMap((record) => outcomesOf(record, outcomesEach));
  for (const { tally } of records) {
    Object.assign(tally.source, { list: 3, get: 40, limitedMs: 9_500 });
    Object.assign(tally.target, { put: 41, limitedMs: 45_000 });
  }
  const totals = {
    totalGroups: groups + 12,
    plannedLeftOut: { 'older-than-newest': 17 },
    outcomes: await gatherOutcomes(stream(outcomes)),
  };
  const report = foldReport(runFacts(records, totals));
  const neededBy = ['lab/ct/101/2025-10-30T22:00:03Z', 'prod/web/vm/1010/2025-10-31T22:00:03Z'];
  return {
    ...report,
    failures: report.failures.map((each) => (each.digest === undefined ? each : { ...each, neededBy, neededByCount: 2 })),
  };
}

async function* stream(outcomes: readonly GroupOutcome[]): AsyncGenerator<GroupOutcome> {
  yield* outcomes;
}

function recordOf(index: number, snapshots: number): GroupRecord {
  const group = { namespace: index % 3 === 0 ? '' : 'prod/web', name: `vm/${String(1000 + index)}` };
  const tally = {
    ...groupRecord().tally,
    snapshotsCopied: snapshots,
    snapshotsFailed: index % 7 === 3 ? 1 : 0,
    bytes: (index % 40) * 9_437_184,
    chunks: index % 97,
    bytesSaved: 1_426_063_360,
  };
  const base = groupRecord({ ...group, snapshots, snapshotsDone: snapshots, tally });
  if (index % 7 === 3) return { ...base, state: 'errors', failures: [failure], failureCount: 1 };
  if (index % 11 === 5) return { ...base, state: 'running', snapshotsDone: 1, doing: `${dayOf(30)} chunks` };
  if (index % 13 === 6) return { ...base, skipped: [{ reason: 'vanished', count: 1, first: dayOf(29), last: dayOf(29) }] };
  return base;
}

function outcomesOf({ namespace, name, state, skipped }: GroupRecord, count: number): GroupOutcome[] {
  return Array.from({ length: count }, (_, index) => {
    const snapshot = dayOf(32 - count + index);
    const last = index === count - 1;
    const outcome =
      state === 'errors' && last
        ? failedOutcome(snapshot, failure)
        : skipped.length > 0 && last
          ? leftOutOutcome(snapshot)
          : copiedOutcome(snapshot);
    return { group: { namespace, name }, outcome };
  });
}
