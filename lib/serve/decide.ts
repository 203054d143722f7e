import type { Facts, NameRun, ServedJob, ServedSchedule } from './served-job.ts';
import type { Cause, Intent, ServeState, TickMark } from './state.ts';

/** A fault that lasts is met at longer and longer intervals, up to 32 polls. */
const MAX_DOUBLINGS = 5;

/** The most runs of a job that are remembered as followed: more than are looked at. */
export const MAX_FOLLOWED = 200;

/** The state with an intent for each run that is due, beside what made it due: written down before any of them starts. */
export function decide(state: ServeState, jobs: readonly ServedJob[], facts: Facts, name: NameRun): ServeState {
  return jobs.reduce((before, job) => decideJob(before, job, facts, name), state);
}

function decideJob(state: ServeState, job: ServedJob, facts: Facts, name: NameRun): ServeState {
  const ticked = job.schedules.reduce((before, schedule) => decideTick(before, { job, schedule }, facts, name), state);
  const followed = job.after.reduce((before, other) => decideAfter(before, { job, other }, facts, name), ticked);
  return decideOnBackup(followed, job, facts, name);
}

/** However many times of a schedule went by, the latest is served: once. */
function decideTick(
  state: ServeState,
  { job, schedule }: { readonly job: ServedJob; readonly schedule: ServedSchedule },
  facts: Facts,
  name: NameRun,
): ServeState {
  const mark = state.ticks[job.id]?.[schedule.name];
  if (mark?.text !== schedule.text) return withMark(state, { job, schedule }, { text: schedule.text, at: facts.now });
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

/** Of an edge that is new nothing is followed that had ended before. What ends while the job is suspended is followed later. */
function decideAfter(
  state: ServeState,
  { job, other }: { readonly job: ServedJob; readonly other: string },
  facts: Facts,
  name: NameRun,
): ServeState {
  const ended = facts.endedWell(other);
  const known = state.followed[job.id]?.[other];
  const fresh = known === undefined ? [] : ended.filter((run) => !known.includes(run)).toReversed();
  if (known !== undefined && (fresh.length === 0 || facts.isSuspended(job.id))) return state;
  const seen = [...fresh.toReversed(), ...(known ?? ended)].slice(0, MAX_FOLLOWED);
  const followed = { ...state.followed, [job.id]: { ...state.followed[job.id], [other]: seen } };
  return fresh.reduce<ServeState>(
    (before, run) =>
      withIntent(before, {
        run: name(job.id),
        cause: { kind: 'after', job: other, run },
        overrides: { 'after-run': `${other}/${run}` },
      }),
    { ...state, followed },
  );
}

/** One run takes all that is pending, so a second one beside it would have nothing to do. */
function decideOnBackup(state: ServeState, job: ServedJob, facts: Facts, name: NameRun): ServeState {
  const due = pendingDue(state, job, facts);
  if (due === undefined || due > facts.now || facts.isSuspended(job.id) || isFollowingBackups(state, job.id)) return state;
  return withIntent(state, { run: name(job.id), cause: { kind: 'on-backup' }, overrides: { 'pending-only': true } });
}

function pendingDue({ misses }: ServeState, { id, onBackup }: ServedJob, facts: Facts): number | undefined {
  const since = onBackup === undefined ? undefined : facts.pendingSince(id);
  if (since === undefined || onBackup === undefined) return undefined;
  const { at, count } = misses[id] ?? { at: -Infinity, count: 0 };
  return Math.max(since + onBackup.settleMs, at + onBackup.pollMs * 2 ** Math.min(count - 1, MAX_DOUBLINGS));
}

function isFollowingBackups({ intents }: ServeState, job: string): boolean {
  return intents.some(({ run, cause }) => run.job === job && cause.kind === 'on-backup');
}

/** When there will be something to decide (epoch ms), as far as it is known now; undefined: nothing is in sight. */
export function nextDue(state: ServeState, jobs: readonly ServedJob[], facts: Facts): number | undefined {
  const times = jobs.flatMap((job) => [
    ...job.schedules.map((schedule) => schedule.nextTime(facts.now)),
    isFollowingBackups(state, job.id) || facts.isSuspended(job.id) ? undefined : pendingDue(state, job, facts),
  ]);
  const known = [...times, facts.nextPoll].filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/**
 * The state without an intent whose run has ended. `missedAt`: when it ended (epoch ms) without having done what it was started for:
 * its tick is due again, as soon as it can be served; backups are followed again after a while, and later each time.
 */
export function withoutIntent(state: ServeState, { run, cause }: Intent, missedAt?: number): ServeState {
  const intents = state.intents.filter((other) => other.run.job !== run.job || other.run.id !== run.id);
  switch (cause.kind) {
    case 'after':
      return { ...state, intents };
    case 'on-backup':
      return { ...state, intents, misses: countMiss(state.misses, run.job, missedAt) };
    case 'schedule':
      return missedAt === undefined ? { ...state, intents } : withMissedTick({ ...state, intents }, run.job, cause);
  }
}

function countMiss(misses: ServeState['misses'], job: string, missedAt: number | undefined): ServeState['misses'] {
  const { [job]: before, ...others } = misses;
  return missedAt === undefined ? others : { ...others, [job]: { at: missedAt, count: (before?.count ?? 0) + 1 } };
}

function withMissedTick(state: ServeState, job: string, { schedule, tick }: Cause & { kind: 'schedule' }): ServeState {
  const mark = state.ticks[job]?.[schedule];
  if (mark?.at !== tick) return state;
  return { ...state, ticks: { ...state.ticks, [job]: { ...state.ticks[job], [schedule]: { ...mark, missed: true } } } };
}

function withIntent(state: ServeState, intent: Intent): ServeState {
  return { ...state, intents: [...state.intents, intent] };
}

function withMark(
  state: ServeState,
  { job, schedule }: { readonly job: ServedJob; readonly schedule: ServedSchedule },
  mark: TickMark,
): ServeState {
  return { ...state, ticks: { ...state.ticks, [job.id]: { ...state.ticks[job.id], [schedule.name]: mark } } };
}
