import { type Failure, type GroupRecord, MAX_FAILURES } from '../sync/report/group-record.ts';
import type { Outcome } from '../sync/report/outcome.ts';
import type { Replica } from '../sync/run-store.ts';

/** DynamoDB takes items of up to 400 KiB; with these bounds no record comes near, even where each character takes 4 bytes. */
const MAX_TEXT_CHARACTERS = 1_000;
const MAX_ARCHIVES = 500;

/** A text for people, cut where it would make an item too large. */
export function clip(text: string): string {
  return text.length <= MAX_TEXT_CHARACTERS ? text : `${text.slice(0, MAX_TEXT_CHARACTERS - 1).toWellFormed()}…`;
}

/** The record with at most `MAX_FAILURES` failures, their messages cut; `failureCount` still counts all. */
export function boundGroup(record: GroupRecord): GroupRecord {
  const failures = record.failures.slice(0, MAX_FAILURES).map(boundFailure);
  return { ...record, ...(record.doing === undefined ? {} : { doing: clip(record.doing) }), failures };
}

export function boundOutcome(outcome: Outcome): Outcome {
  return outcome.outcome === 'failed' ? { ...outcome, failure: boundFailure(outcome.failure) } : outcome;
}

function boundFailure(failure: Failure): Failure {
  return { ...failure, message: clip(failure.message) };
}

export function boundReplica(replica: Replica): Replica {
  const error = replica.error === undefined ? {} : { error: clip(replica.error) };
  return { ...replica, ...error, archives: replica.archives.slice(0, MAX_ARCHIVES) };
}
