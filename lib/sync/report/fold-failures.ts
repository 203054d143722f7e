import { formatGroup, type Group } from '../../datastore/group.ts';
import type { Failure, GroupRecord } from './group-record.ts';
import { pickEvenly } from './pick-evenly.ts';
import { MAX_REPORT_FAILURES } from './report.ts';

/** What a Catch of the state machine hands on. */
export interface CaughtError {
  readonly Error: string;
  /** For people, or the JSON that Lambda makes of an error: `{ "errorType", "errorMessage", "trace" }`. */
  readonly Cause: string;
}

/** The run's own failure, as opposed to those of its groups. */
export function runFailure({ Error: kind, Cause }: CaughtError): Failure {
  const message = causeMessage(Cause);
  if (kind === 'States.Timeout')
    return { kind, code: 'RUN_TIMED_OUT', message: message || 'the run took longer than its state machine allows' };
  const [, code, text] = CODED_MESSAGE.exec(message) ?? [];
  if (code !== undefined && text !== undefined) return { kind, code, message: text };
  return { kind, code: 'RUN_FAILED', message: message || `the state machine ended the run with ${kind} and gave no cause` };
}

/** As lib/runtime/define-function.ts hands an error on: its code, then its message and causes. */
const CODED_MESSAGE = /^([A-Z][A-Z0-9_]+): (.+)$/s;

function causeMessage(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed !== 'object' || parsed === null || !('errorMessage' in parsed)) return cause;
    return typeof parsed.errorMessage === 'string' ? parsed.errorMessage : cause;
  } catch {
    // A cause that Lambda did not write is plain text.
    return cause;
  }
}

/** A group whose worker never came to an end that it could write down. */
export function lostWorker(group: Group, record: GroupRecord | undefined): Failure {
  return { kind: 'WorkerDied', code: 'WORKER_DIED', message: `${howItEnded(record)}: ${WHAT_TO_DO}`, group: formatGroup(group) };
}

const WHAT_TO_DO =
  'look in the log of sync-group for a crash, a timeout or a lack of memory; nothing that arrived is lost, the next run goes on from there';

function howItEnded(record: GroupRecord | undefined): string {
  if (record === undefined) return 'its worker ended before it wrote anything';
  const { state, updatedAt, doing } = record;
  if (state === 'waiting') return `the run ended while the group ${doing ?? 'waits for another run'}, last seen ${updatedAt}`;
  return `its worker ended without a result, last seen ${updatedAt}${doing === undefined ? '' : ` at ${doing}`}`;
}

/** The failures of all groups within the bound: every failing group is named before any is named again. */
export function boundFailures(byGroup: readonly (readonly Failure[])[], limit = MAX_REPORT_FAILURES): Failure[] {
  const picker = pickEvenly<Failure>(limit);
  for (const failures of byGroup) failures.forEach((failure, rank) => picker.offer(failure, rank));
  return picker.picked();
}
