import type { RunRecord } from '../../../lib/sync/run-store.ts';
import type { Served, Verdict } from './judge-ticks.ts';
import type { Asker } from './judge-turns.ts';

/** One execution, what it should do and what it did. */
export interface JudgedRun extends Asker {
  /** What it should do for its tick, once it has done something for it. */
  verdict?: Verdict;
  /** It was told that there is no room to wait. */
  isRefused?: boolean;
  isDead?: boolean;
  record?: RunRecord;
  readonly announced: string[];
  end?: string;
}

/** What its record says is what it was told, and why. */
export function faultsOfRecord(run: JudgedRun, record: RunRecord): readonly string[] {
  const { state, message = '', scheduledTime, endedAt } = record;
  const why = whySkipped(run);
  if (why !== undefined) {
    const isSaid = state === 'skipped' && why.test(message);
    return isSaid ? [] : [`${run.id} is recorded as ${state}: ${message}; it is to be skipped: ${String(why)}`];
  }
  const isRight = endedAt === undefined ? state === 'waiting' || state === 'running' : state === 'ok';
  if (!isRight) return [`${run.id} is recorded as ${state}: ${message}`];
  const serves = run.verdict?.kind === 'go' ? run.verdict.serves : undefined;
  if (serves !== undefined) return faultsOfServed(run.id, { ...record, served: scheduledTime ?? '' }, serves);
  return scheduledTime === undefined ? [] : [`${run.id} serves ${scheduledTime}, though it should not`];
}

function whySkipped({ verdict, isRefused }: JudgedRun): RegExp | undefined {
  if (verdict?.kind === 'none') return /nothing is to be recorded/;
  if (verdict?.kind === 'skip') return new RegExp(`${verdict.why}\\b`);
  if (verdict?.kind === 'late') return / comes after the window /;
  return isRefused === true ? /run \S+ (is at work|waits already)/ : undefined;
}

/** What is written down as served, and as missed, is what should be. */
export function faultsOfServed(
  id: string,
  { served, missed }: { readonly served: string } & Pick<RunRecord, 'missed'>,
  wanted: Served,
): readonly string[] {
  const told = JSON.stringify([Date.parse(served), missed?.count ?? 0, Date.parse(missed?.since ?? '')]);
  const right = JSON.stringify([wanted.time, wanted.missed.length, wanted.missed[0] ?? null]);
  return told === right ? [] : [`${id} serves ${told} in the place of ${right}`];
}

/** Whatever was started has come to an end that was told, unless it died. */
export function faultsOfEnd({ id, verdict, isDead, record, announced, end }: JudgedRun): readonly string[] {
  if (isDead === true) return [];
  if (end !== 'SUCCEEDED') return [`${id} has ended as ${end ?? 'nothing: it is still there'}`];
  if (verdict?.kind === 'none') return announced.length === 0 ? [] : [`${id} is told of, though it has no tick`];
  if (record?.endedAt === undefined) return [`${id} has no record of its end`];
  const isTold = announced.length > 0 && announced.every((state) => state === record.state);
  return isTold ? [] : [`${id} is announced as ${announced.join(', ')} and recorded as ${record.state}`];
}
