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
  const why = whySkipped(run);
  const said = `${run.id} is recorded as ${record.state}: ${record.message ?? ''}`;
  if (why !== undefined) {
    const isSaid = record.state === 'skipped' && why.test(record.message ?? '');
    return isSaid ? [] : [`${said}; it is to be skipped: ${String(why)}`];
  }
  const states = record.endedAt === undefined ? ['waiting', 'running'] : ['ok'];
  return states.includes(record.state) ? faultsOfTick(run, record) : [said];
}

function faultsOfTick({ id, verdict }: JudgedRun, { scheduledTime, missed }: RunRecord): readonly string[] {
  const serves = verdict?.kind === 'go' ? verdict.serves : undefined;
  if (serves !== undefined) {
    return faultsOfServed(id, { served: scheduledTime ?? '', ...(missed !== undefined && { missed }) }, serves);
  }
  return scheduledTime === undefined ? [] : [`${id} serves ${scheduledTime}, though it should not`];
}

function whySkipped({ verdict, isRefused }: JudgedRun): RegExp | undefined {
  if (verdict?.kind === 'none') return /^its tick is none$/;
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
export function faultsOfEnd(run: JudgedRun): readonly string[] {
  if (run.isDead === true) return [];
  if (run.end !== 'SUCCEEDED') return [`${run.id} has ended as ${run.end ?? 'nothing: it is still there'}`];
  return run.verdict?.kind === 'none' ? faultsOfNone(run) : faultsOfReport(run);
}

function faultsOfNone({ id, announced, record }: JudgedRun): readonly string[] {
  return announced.length === 0 && record === undefined ? [] : [`${id} is told of, though it has no tick`];
}

function faultsOfReport({ id, announced, record }: JudgedRun): readonly string[] {
  if (record?.endedAt === undefined) return [`${id} has no record of its end`];
  const isTold = announced.length > 0 && announced.every((state) => state === record.state);
  return isTold ? [] : [`${id} is announced as ${announced.join(', ')} and recorded as ${record.state}`];
}
