import { isAhead } from '../sync/overlap/clocks.ts';
import type { RunRef } from '../sync/run-store.ts';
import { backoff } from './backoff.ts';
import type { Facts, NameRun, ServedJob, ServedSchedule } from './served-job.ts';
import type { Cause, Intent, ServeState, TickMark } from './state.ts';

/** The most runs of a job that are remembered as followed: more than are looked at. */
export const MAX_FOLLOWED = 200;

/** The state with an intent for each run that is due, beside what made it due: written down before any of them starts. */
export function decide(state: ServeState, jobs: readonly ServedJob[], facts: Facts, name: NameRun): ServeState {
  return jobs.reduce((before, job) => decideJob(before, job, facts, name), withEdgesOf(jobs, state));
}

function decideJob(state: ServeState, job: ServedJob, facts: Facts, name: NameRun): ServeState {
  const ticked = job.schedules.reduce((before, schedule) => decideSchedule(before, { job, schedule }, facts, name), state);
  const followed = job.after.reduce((before, other) => decideAfter(before, { job, other }, facts, name), ticked);
  return decideOnBackup(followed, job, facts, name);
}

/** However many times of a schedule went by, the latest is served: once. One that lies ahead of the clock must not keep back all until then. */
function decideSchedule(
  state: ServeState,
  { job, schedule }: { readonly job: ServedJob; readonly schedule: ServedSchedule },
  facts: Facts,
  name: NameRun,
): ServeState {
  const mark = state.ticks[job.id]?.[schedule.name];
  if (mark?.text !== schedule.text || isAhead(mark.at, facts.now))
    return withMark(state, { job, schedule }, { text: schedule.text, at: facts.now });
  const last = schedule.lastTime(facts.now);
  if (last === undefined || !isDue(last, mark, facts.isSuspended(job.id))) return state;
  const cause: Cause = { kind: 'schedule', schedule: schedule.name, tick: last };
  const marked = withMark(state, { job, schedule }, { text: schedule.text, at: last });
  return withIntent(marked, { run: name(job.id), cause, overrides: schedule.input(last) });
}

/** A time whose run was skipped because the job was suspended is due again when it no longer is. */
function isDue(last: number, mark: TickMark, suspended: boolean): boolean {
  return last > mark.at || (mark.missed === true && !suspended && last === mark.at);
}

/**
 * Of an edge that is new nothing is followed that had ended before. However many runs ended since the last look, or while the job was
 * suspended, one run follows the latest of them, and so all.
 */
function decideAfter(
  state: ServeState,
  { job, other }: { readonly job: ServedJob; readonly other: string },
  facts: Facts,
  name: NameRun,
): ServeState {
  const ended = facts.endedWell(other);
  if (ended === undefined) return state;
  const known = state.followed[job.id]?.[other];
  const [latest, ...before] = known === undefined ? [] : ended.filter((run) => !known.includes(run));
  if (known !== undefined && (latest === undefined || facts.isSuspended(job.id))) return state;
  const seen = latest === undefined ? ended : [latest, ...before, ...(known ?? [])];
  const followed = { ...state.followed[job.id], [other]: seen.slice(0, MAX_FOLLOWED) };
  const next = { ...state, followed: { ...state.followed, [job.id]: followed } };
  if (latest === undefined) return next;
  const cause: Cause = { kind: 'after', job: other, run: latest };
  return withIntent(next, { run: name(job.id), cause, overrides: { 'after-run': `${other}/${latest}` } });
}

/** An edge that was taken away is forgotten: added again later, it is a new one. */
function withEdgesOf(jobs: readonly ServedJob[], state: ServeState): ServeState {
  const isEdge = (id: string, other: string): boolean => jobs.some((job) => job.id === id && job.after.includes(other));
  const edges = Object.entries(state.followed).map(([id, byOther]) => {
    const kept = Object.entries(byOther).filter(([other]) => isEdge(id, other));
    return { id, kept, isWhole: kept.length === Object.keys(byOther).length };
  });
  if (edges.every(({ isWhole }) => isWhole)) return state;
  return { ...state, followed: Object.fromEntries(edges.map(({ id, kept }) => [id, Object.fromEntries(kept)])) };
}

/** One run takes all that is pending, so a second one beside it would have nothing to do. */
function decideOnBackup(state: ServeState, job: ServedJob, facts: Facts, name: NameRun): ServeState {
  const due = backupsDue(state, job, facts);
  if (due === undefined || due > facts.now || facts.isSuspended(job.id) || isFollowingBackups(state, job.id)) return state;
  return withIntent(state, { run: name(job.id), cause: { kind: 'on-backup' }, overrides: { 'pending-only': true } });
}

/**
 * When what was written has settled. After a run that missed, what is new waits for the time of a poll, and what that run left for
 * longer each time.
 */
function backupsDue({ misses }: ServeState, { id, onBackup }: ServedJob, facts: Facts): number | undefined {
  const [oldest, ...others] = facts.openSince(id);
  if (onBackup === undefined || oldest === undefined) return undefined;
  const { settleMs, pollMs } = onBackup;
  const settled = (since: number): number => (isAhead(since, facts.now) ? facts.now : since + settleMs);
  const miss = misses[id];
  if (miss === undefined || isAhead(miss.at, facts.now)) return settled(oldest);
  const fresh = [oldest, ...others].find((since) => since > miss.began);
  if (fresh === undefined) return miss.at + pollMs * backoff(miss.count - 1);
  return Math.max(settled(fresh), miss.at + pollMs);
}

function isFollowingBackups({ intents }: ServeState, job: string): boolean {
  return intents.some(({ run, cause }) => run.job === job && cause.kind === 'on-backup');
}

/** When there will be something to decide (epoch ms), as far as it is known now; undefined: nothing is in sight. */
export function nextDue(state: ServeState, jobs: readonly ServedJob[], facts: Facts): number | undefined {
  const times = jobs.flatMap((job) => [
    ...job.schedules.map((schedule) => schedule.nextTime(facts.now)),
    isFollowingBackups(state, job.id) || facts.isSuspended(job.id) ? undefined : backupsDue(state, job, facts),
  ]);
  const known = [...times, facts.nextPoll].filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * The state without an intent whose run has ended. `missedAt`: when it ended (epoch ms) without having done what it was started for:
 * its tick is due again, as soon as it can be served, and so is the run that it came after; backups are followed again after a while,
 * and later each time.
 */
export function withoutIntent(state: ServeState, { run, cause }: Intent, missedAt?: number): ServeState {
  const intents = state.intents.filter((other) => other.run.job !== run.job || other.run.id !== run.id);
  switch (cause.kind) {
    case 'after':
      return missedAt === undefined ? { ...state, intents } : withoutFollowed({ ...state, intents }, run.job, cause);
    case 'on-backup':
      return { ...state, intents, misses: countMiss(state.misses, run, missedAt) };
    // Who asked for it sees how it ended.
    case 'manual':
      return { ...state, intents };
    case 'schedule':
      return missedAt === undefined ? { ...state, intents } : withMissedTick({ ...state, intents }, run.job, cause);
  }
}

function countMiss(misses: ServeState['misses'], { job, startedAt }: RunRef, missedAt: number | undefined): ServeState['misses'] {
  const { [job]: before, ...others } = misses;
  if (missedAt === undefined) return others;
  return { ...others, [job]: { began: Date.parse(startedAt), at: missedAt, count: (before?.count ?? 0) + 1 } };
}

function withoutFollowed(state: ServeState, job: string, { job: other, run }: Cause & { kind: 'after' }): ServeState {
  const known = state.followed[job]?.[other];
  if (known === undefined) return state;
  const followed = { ...state.followed[job], [other]: known.filter((id) => id !== run) };
  return { ...state, followed: { ...state.followed, [job]: followed } };
}

function withMissedTick(state: ServeState, job: string, { schedule, tick }: Cause & { kind: 'schedule' }): ServeState {
  const mark = state.ticks[job]?.[schedule];
  if (mark?.at !== tick) return state;
  return { ...state, ticks: { ...state.ticks, [job]: { ...state.ticks[job], [schedule]: { ...mark, missed: true } } } };
}

/** The state with a further run to execute. */
export function withIntent(state: ServeState, intent: Intent): ServeState {
  return { ...state, intents: [...state.intents, intent] };
}

function withMark(
  state: ServeState,
  { job, schedule }: { readonly job: ServedJob; readonly schedule: ServedSchedule },
  mark: TickMark,
): ServeState {
  return { ...state, ticks: { ...state.ticks, [job.id]: { ...state.ticks[job.id], [schedule.name]: mark } } };
}
