import type { RunFacts } from '../../../lib/sync/report/fold-report.ts';
import type { Failure, GroupRecord } from '../../../lib/sync/report/group-record.ts';
import type { Outcome } from '../../../lib/sync/report/outcome.ts';
import type { SkipReason } from '../../../lib/sync/skip-reasons.ts';
import { NO_OUTCOMES } from '../../../lib/sync/report/gather-outcomes.ts';
import { noTally } from '../../../lib/sync/report/tally.ts';

/** A group's record as its worker leaves it: two snapshots copied in a minute. */
export function groupRecord(changes: Partial<GroupRecord> = {}): GroupRecord {
  return {
    namespace: '',
    name: 'vm/100',
    state: 'ok',
    startedAt: '2025-11-01T08:10:05.000Z',
    updatedAt: '2025-11-01T08:11:05.000Z',
    snapshots: 2,
    snapshotsDone: 2,
    tally: { ...noTally(), snapshotsCopied: 2, chunks: 10, chunksKnown: 90, bytes: 4096, verified: 10 },
    skipped: [],
    failures: [],
    failureCount: 0,
    ...changes,
  };
}

export const damagedChunk: Failure = {
  kind: 'DataError',
  code: 'CHUNK_DIGEST_MISMATCH',
  message: 'chunk 4ff4 of drive-scsi0.img.fidx reads as 91ab',
  snapshot: '2025-10-31T22:00:03Z',
  archive: 'drive-scsi0.img.fidx',
  digest: '4ff4',
};

const MOVED = {
  chunks: 12,
  chunksKnown: 340,
  chunksTwice: 0,
  bytes: 9_437_184,
  bytesSaved: 1_426_063_360,
  copied: 0,
  verified: 12,
};
const ENDED = { reason: 'new', endedAt: '2025-11-01T08:10:35.000Z', seconds: 30.5, moved: MOVED } as const;

export function copiedOutcome(snapshot: string): Outcome {
  return { outcome: 'copied', snapshot, ...ENDED };
}

export function failedOutcome(snapshot: string, failure = damagedChunk): Outcome {
  return { outcome: 'failed', ...ENDED, snapshot, failure: { ...failure, snapshot } };
}

export function leftOutOutcome(snapshot: string, skipped: SkipReason = 'vanished'): Outcome {
  return { outcome: 'left-out', snapshot, ...ENDED, skipped };
}

/** The facts of a run of 100 seconds; the plan names the groups that have records. */
export function runFacts(records: readonly GroupRecord[], changes: Partial<RunFacts> = {}): RunFacts {
  return {
    run: { job: 'daily-offsite', id: 'run-1', startedAt: '2025-11-01T08:10:00.000Z' },
    endedAt: '2025-11-01T08:11:40.000Z',
    workerThreads: 4,
    source: 'https://s3.example.com/pbs-main/main',
    target: 'aws/pbs-offsite/main',
    dryRun: false,
    decision: 'go',
    records,
    outcomes: NO_OUTCOMES,
    planned: records.map(({ namespace, name }) => ({ namespace, name })),
    totalGroups: 9,
    ...changes,
  };
}
