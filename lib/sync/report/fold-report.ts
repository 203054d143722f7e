import { formatGroup, type Group } from '../../datastore/group.ts';
import { nameSharedChunks } from './shared-chunks.ts';
import { boundFailures, lostWorker, runFailure, type CaughtError } from './fold-failures.ts';
import { NAMESPACES_RECORD, type Failure, type GroupRecord, type Tally } from './group-record.ts';
import type { Removed, Report, RunState } from './report.ts';
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
  /** The groups that the plan names, by the names that their records have. */
  readonly planned: readonly Group[];
  /** Groups that the source has. */
  readonly totalGroups: number;
  /** Snapshots that planning left out, over all groups. */
  readonly plannedLeftOut?: SkipCounts | undefined;
  /** Requests that planning sent. */
  readonly planning?: Pick<Tally, 'source' | 'target'> | undefined;
  /** What start-run decided; left out when it failed. */
  readonly decision?: 'go' | 'wait' | 'skip' | undefined;
  readonly removed?: Removed | undefined;
  readonly error?: CaughtError | undefined;
  /** What the run's record says: for a skipped run, why. */
  readonly message?: string | undefined;
}

/** One line of the plan, and what became of it. */
interface Outcome {
  readonly group: Group;
  readonly record: GroupRecord | undefined;
  readonly end: 'ok' | 'errors' | 'unfinished';
}

/** Sums a run up. What was planned and has no result counts as unfinished, and never as done. */
export function foldReport(facts: RunFacts): Report {
  const { run, endedAt, workerThreads, source, target, dryRun, removed } = facts;
  const outcomes = findOutcomes(facts);
  const failures = collectFailures(facts, outcomes);
  const tally = facts.records.map((record) => record.tally).reduce(addTally, { ...noTally(), ...facts.planning });
  const state = stateOf(facts, outcomes, failures.length > 0);
  return {
    version: 1,
    job: run.job,
    id: run.id,
    startedAt: run.startedAt,
    state,
    ...reasonOf(facts, state),
    ...{ dryRun, endedAt, seconds: Math.max(0, Date.parse(endedAt) - Date.parse(run.startedAt)) / 1000 },
    ...{ workerThreads, source, target },
    groups: countGroups(facts.totalGroups, outcomes),
    snapshots: { copied: tally.snapshotsCopied, updated: tally.snapshotsUpdated, failed: tally.snapshotsFailed },
    tally,
    leftOut: countLeftOut(facts),
    ...(removed !== undefined && { removed }),
    failures: nameSharedChunks(boundFailures(failures)),
    failureCount: countFailures(facts.records, failures),
    details: facts.records.filter(isGroup).sort(byName),
  };
}

/** Why a run was skipped; that of one which was ended while it waited for its turn is the error that ended it. */
function reasonOf({ error, message }: RunFacts, state: RunState): Pick<Report, 'reason'> {
  if (state !== 'skipped' || error !== undefined || message === undefined) return {};
  return { reason: message.replace(/^skipped: /, '') };
}

const isGroup = (group: Group): boolean => group.namespace !== '' || group.name !== NAMESPACES_RECORD;

function byName(a: Group, b: Group): number {
  const [left, right] = [formatGroup(a), formatGroup(b)];
  return left < right ? -1 : Number(left > right);
}

/** A group may have a record and be missing in the plan: the plan was not read when start-run failed. */
function findOutcomes({ records, planned }: RunFacts): Outcome[] {
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

function countGroups(total: number, outcomes: readonly Outcome[]): Report['groups'] {
  const ends = outcomes.filter(({ group }) => isGroup(group)).map(({ end }) => end);
  const count = (wanted: Outcome['end']): number => ends.filter((end) => end === wanted).length;
  return {
    total: Math.max(total, ends.length),
    planned: ends.length,
    ok: count('ok'),
    errors: count('errors'),
    unfinished: count('unfinished'),
  };
}

/** The run's own failure first, then each group's. */
function collectFailures({ error }: RunFacts, outcomes: readonly Outcome[]): Failure[][] {
  const wasEnded = error !== undefined || outcomes.some(({ record }) => record?.state === 'stopped');
  const ofGroups = outcomes.map(({ group, record, end }) => {
    const noted = (record?.failures ?? []).map((failure) => ({ ...failure, group: formatGroup(group) }));
    // A group that was never begun because the run was ended is no failure of its own.
    const died = end === 'unfinished' && record?.state !== 'stopped' && !(wasEnded && record === undefined);
    return died ? [...noted, lostWorker(group, record)] : noted;
  });
  return [...(error === undefined ? [] : [[runFailure(error)]]), ...ofGroups].filter((failures) => failures.length > 0);
}

function countFailures(records: readonly GroupRecord[], failures: readonly (readonly Failure[])[]): number {
  const unnamed = records.reduce((sum, record) => sum + Math.max(0, record.failureCount - record.failures.length), 0);
  return failures.reduce((sum, each) => sum + each.length, unnamed);
}

/** Planning knows all groups, but only what a listing shows; the rest is found by the workers. */
function countLeftOut({ plannedLeftOut = {}, records }: RunFacts): SkipCounts {
  const counts: SkipCounts = { ...plannedLeftOut };
  for (const { reason, count } of records.flatMap(({ skipped }) => skipped)) {
    if (plannedLeftOut[reason] === undefined) counts[reason] = (counts[reason] ?? 0) + count;
  }
  return counts;
}

function endedWell(records: readonly GroupRecord[]): 'ok' | 'warnings' {
  const warns = records.some(({ skipped }) => skipped.some(({ reason }) => WARNING_REASONS.includes(reason)));
  return warns ? 'warnings' : 'ok';
}

function stateOf({ error, decision, records }: RunFacts, outcomes: readonly Outcome[], failed: boolean): RunState {
  if (error?.Error === 'ConflictError' && records.length === 0) return 'skipped';
  if (error !== undefined) return 'failed';
  if (decision === 'skip') return 'skipped';
  if (decision === 'wait' || records.some(({ state }) => state === 'stopped')) return 'stopped';
  return failed || outcomes.some(({ end }) => end !== 'ok') ? 'errors' : endedWell(records);
}
