import { formatGroup, type Group } from '../../datastore/group.ts';
import { boundFailures, lostWorker, runFailure, type CaughtError } from './fold-failures.ts';
import { NAMESPACES_RECORD, type Failure, type GroupRecord, type Tally } from './group-record.ts';
import type { GatheredOutcomes } from './gather-outcomes.ts';
import type { Detail, Removed, Report, RunState } from './report.ts';
import type { StartRunOutput } from '../payloads.ts';
import { WARNING_REASONS, type SkipCounts } from '../skip-reasons.ts';
import type { RunRef } from '../run-store.ts';
import { addTally, noTally } from './tally.ts';

/** All that is known of a run when it ends. */
export interface RunFacts {
  readonly run: RunRef;
  /** ISO 8601, UTC. */
  readonly endedAt: string;
  readonly workerThreads: number;
  /** Both datastores' places, for people. */
  readonly source: string;
  readonly target: string;
  readonly dryRun: boolean;
  readonly records: readonly GroupRecord[];
  readonly outcomes: GatheredOutcomes;
  /** The groups that the plan names, by the names that their records have. */
  readonly planned: readonly Group[];
  /** Groups that the source has. */
  readonly totalGroups: number;
  /** Snapshots that planning left out, over all groups. */
  readonly plannedLeftOut?: SkipCounts | undefined;
  /** Requests that planning sent. */
  readonly planning?: Pick<Tally, 'source' | 'target'> | undefined;
  /** What start-run decided; left out when it failed. */
  readonly decision?: StartRunOutput['decision'] | undefined;
  readonly removed?: Removed | undefined;
  readonly error?: CaughtError | undefined;
  /** What the run's record says: for a skipped run, why. */
  readonly message?: string | undefined;
}

/** One line of the plan, and what became of it. */
interface GroupEnd {
  readonly group: Group;
  readonly record: GroupRecord | undefined;
  readonly end: 'ok' | 'errors' | 'unfinished';
}

/** Sums a run up. What was planned and has no result counts as unfinished, and never as done. */
export function foldReport(facts: RunFacts): Report {
  const { run, endedAt, workerThreads, source, target, dryRun, removed } = facts;
  const ends = findEnds(facts);
  const failures = collectFailures(facts, ends);
  const tally = facts.records.map((record) => record.tally).reduce(addTally, { ...noTally(), ...facts.planning });
  const state = stateOf(facts, ends, failures.length > 0);
  return {
    version: 1,
    job: run.job,
    id: run.id,
    startedAt: run.startedAt,
    state,
    ...reasonOf(facts, state),
    ...{ dryRun, endedAt, seconds: Math.max(0, Date.parse(endedAt) - Date.parse(run.startedAt)) / 1000 },
    ...{ workerThreads, source, target },
    groups: countGroups(facts.totalGroups, ends),
    snapshots: { copied: tally.snapshotsCopied, updated: tally.snapshotsUpdated, failed: tally.snapshotsFailed },
    tally,
    leftOut: countLeftOut(facts),
    ...(removed !== undefined && { removed }),
    failures: boundFailures(failures),
    failureCount: countFailures(facts, ends),
    details: facts.records
      .filter(isGroup)
      .sort(byName)
      .map((record) => detailOf(record, facts.outcomes)),
  };
}

/** Why a run was skipped; that of one which was ended while it waited for its turn is the error that ended it. */
function reasonOf({ error, message }: RunFacts, state: RunState): Pick<Report, 'reason'> {
  if (state !== 'skipped' || error !== undefined || message === undefined) return {};
  return { reason: message.replace(/^skipped: /, '') };
}

const isGroup = (group: Group): boolean => group.namespace !== '' || group.name !== NAMESPACES_RECORD;

function detailOf(record: GroupRecord, gathered: GatheredOutcomes): Detail {
  const { namespace, name, state, startedAt, updatedAt, snapshots, snapshotsDone, doing } = record;
  const { tally, skipped, failureCount, copyRefusals, behind } = record;
  const outcomes = gathered.named.get(formatGroup(record)) ?? [];
  return {
    ...{ namespace, name, state, updatedAt, snapshots, snapshotsDone },
    ...(startedAt !== undefined && { startedAt }),
    ...(doing !== undefined && { doing }),
    ...(copyRefusals !== undefined && { copyRefusals }),
    ...(behind !== undefined && { behind }),
    ...{ tally, skipped, failureCount, outcomes },
    outcomeCount: gathered.counts.get(formatGroup(record)) ?? outcomes.length,
  };
}

function byName(a: Group, b: Group): number {
  const [left, right] = [formatGroup(a), formatGroup(b)];
  return left < right ? -1 : Number(left > right);
}

/** A group may have a record and be missing in the plan: the plan was not read when start-run failed. */
function findEnds({ records, planned }: RunFacts): GroupEnd[] {
  const byGroup = new Map(records.map((record) => [keyOf(record), record]));
  const groups = new Map(
    [...planned, ...records].map(({ namespace, name }) => [keyOf({ namespace, name }), { namespace, name }]),
  );
  return [...groups].map(([key, group]) => {
    const record = byGroup.get(key);
    const ended = record?.state === 'ok' || record?.state === 'errors';
    return { group, record, end: ended ? record.state : 'unfinished' };
  });
}

const keyOf = ({ namespace, name }: Group): string => `${namespace}\n${name}`;

function countGroups(total: number, all: readonly GroupEnd[]): Report['groups'] {
  const ends = all.filter(({ group }) => isGroup(group)).map(({ end }) => end);
  const count = (wanted: GroupEnd['end']): number => ends.filter((end) => end === wanted).length;
  return {
    total: Math.max(total, ends.length),
    planned: ends.length,
    ok: count('ok'),
    errors: count('errors'),
    unfinished: count('unfinished'),
  };
}

/** The run's own failure first, then each group's. */
function collectFailures(facts: RunFacts, ends: readonly GroupEnd[]): Failure[][] {
  const ofGroups = ends.map((end) => {
    const noted = namedFailures(end, facts.outcomes);
    return hasDied(end, facts) ? [...noted, lostWorker(end.group, end.record)] : noted;
  });
  return [failuresOfRun(facts), ...ofGroups].filter((failures) => failures.length > 0);
}

/** That somebody asked it to end is no failure. */
function failuresOfRun({ error }: RunFacts): Failure[] {
  return error === undefined || isStop(error) ? [] : [runFailure(error)];
}

const isStop = (error: CaughtError): boolean => runFailure(error).code === 'RUN_STOPPED';

/** A group that was never begun because the run was ended is no failure of its own. */
function hasDied({ record, end }: GroupEnd, { error, records }: RunFacts): boolean {
  if (end !== 'unfinished' || record?.state === 'stopped') return false;
  if (record !== undefined) return true;
  return error === undefined && !records.some(({ state }) => state === 'stopped');
}

/** A record has room for its first failures, the outcomes of the snapshots for all others. */
function namedFailures({ group, record }: GroupEnd, { failures }: GatheredOutcomes): Failure[] {
  const name = formatGroup(group);
  const first = record?.failures ?? [];
  const known = new Set(first.map(({ snapshot }) => snapshot));
  const others = (failures.get(name) ?? []).filter(({ snapshot }) => !known.has(snapshot));
  return [...first, ...others].map((failure) => ({ ...failure, group: name }));
}

/** Those that have no room to be named are counted in the records; what a worker saved just before it died is not. */
function countFailures(facts: RunFacts, ends: readonly GroupEnd[]): number {
  const counts = ends.map((end) => {
    const noted = Math.max(end.record?.failureCount ?? 0, namedFailures(end, facts.outcomes).length);
    return noted + (hasDied(end, facts) ? 1 : 0);
  });
  return counts.reduce((sum, count) => sum + count, failuresOfRun(facts).length);
}

/** Planning knows all groups, but only what a listing shows; the rest is found by the workers. */
function countLeftOut({ plannedLeftOut = {}, records }: RunFacts): SkipCounts {
  const counts: SkipCounts = { ...plannedLeftOut };
  for (const { reason, count } of records.flatMap(({ skipped }) => skipped)) {
    if (plannedLeftOut[reason] === undefined) counts[reason] = (counts[reason] ?? 0) + count;
  }
  return counts;
}

function goodEnd(records: readonly GroupRecord[]): 'ok' | 'warnings' {
  const warns = records.some(({ skipped }) => skipped.some(({ reason }) => WARNING_REASONS.includes(reason)));
  return warns ? 'warnings' : 'ok';
}

function stateOf({ error, decision, records }: RunFacts, ends: readonly GroupEnd[], failed: boolean): RunState {
  if (error !== undefined) return stateAfter(error, records);
  if (decision === 'skip') return 'skipped';
  if (decision === 'wait' || records.some(({ state }) => state === 'stopped')) return 'stopped';
  return failed || ends.some(({ end }) => end !== 'ok') ? 'errors' : goodEnd(records);
}

/** Who was asked to stop has stopped, before its turn came, while it planned or when it was begun again. */
function stateAfter(error: CaughtError, records: RunFacts['records']): RunState {
  if (isStop(error)) return 'stopped';
  return error.Error === 'ConflictError' && records.length === 0 ? 'skipped' : 'failed';
}
