import { closesAt, formatTime, isTime, lastTime, nextTime, readsAlike, timesText, type Schedule } from '../schedule/schedule.ts';
import { isAhead } from './overlap/clocks.ts';
import type { MissedTicks, TickRecord } from './run-store.ts';

/** A scheduler is given so long to start what its window lets start, beside the schedule's jitter. */
const START_GRACE_MS = 15 * 60_000;

/** More missed ticks than these are not counted one by one. */
const MAX_COUNTED = 1000;

/** More runs of one schedule are hardly killed at once, each between its claim and its record. */
const MAX_EARLIER = 8;

/**
 * What a run does for its tick. `serve`: it serves `served`, the latest that is due, once `record` is written in the place of what was
 * known, in which `doubt` says what cannot be. `late`: the same, but the schedule's window is over, so that it serves it by saying so.
 * `skip`: a run serves it already (`quiet`), or it lies in the future: served, it would keep back every tick until then. `none`: it is no
 * time of the schedule, which a scheduler that can only tell some more times than there are may well start.
 */
export type TickDecision =
  | { readonly kind: 'serve' | 'late'; readonly record: TickRecord; readonly doubt?: string }
  | { readonly kind: 'skip'; readonly why: string; readonly quiet: boolean }
  | { readonly kind: 'none'; readonly why: string };

type NoTick = Extract<TickDecision, { readonly kind: 'none' }>;

export interface TickQuestion {
  readonly schedule: Schedule;
  /** Epoch milliseconds. */
  readonly time: number;
  /** The run's id. */
  readonly run: string;
  readonly now: number;
  /** What the table says of the schedule. */
  readonly known: TickRecord | undefined;
}

export function decideTick(question: TickQuestion): TickDecision {
  const { schedule, run, now, known } = question;
  const own = ownTick(known, run);
  if (own !== undefined) return serve(schedule, own, now);
  const time = tickMeant(schedule, question.time);
  if (time === undefined) return noTime(question);
  if (isAhead(time, now)) return { kind: 'skip', why: `${formatTime(time)} is still to come: look at the clocks`, quiet: false };
  if (known === undefined) return serveDue(question, time);
  const served = Date.parse(known.served);
  if (isAhead(served, now)) return decideAnew(question, known);
  if (time > served) return serveDue(question, time);
  return time === minuteOf(question.time) ? { kind: 'skip', why: servedBy(time, known), quiet: true } : noTime(question);
}

/** What this run serves already, though others may have served later ticks since; undefined: it serves none. */
export function ownTick(known: TickRecord | undefined, run: string): TickRecord | undefined {
  if (known === undefined) return undefined;
  const own = [known, ...(known.earlier ?? [])].find((tick) => tick.run === run);
  return own && { ...own, times: known.times };
}

function serveDue(question: TickQuestion, time: number): TickDecision {
  const { schedule, run, now, known } = question;
  const due = Math.max(time, lastTime(schedule, now) ?? time);
  const missed = countMissed({ ...question, time }, due);
  const record = {
    ...{ times: timesText(schedule), served: formatTime(due), run, ...(missed !== undefined && { missed }) },
    ...(known !== undefined && { earlier: earlierThan(known) }),
  };
  return serve(schedule, record, now);
}

function earlierThan({ served, run, missed, earlier = [] }: TickRecord): NonNullable<TickRecord['earlier']> {
  return [{ served, run, ...(missed !== undefined && { missed }) }, ...earlier].slice(0, MAX_EARLIER);
}

/** What a wrong clock has left says nothing of what was served. */
function decideAnew(question: TickQuestion, { served, run }: TickRecord): TickDecision {
  const decision = decideTick({ ...question, known: undefined });
  if (decision.kind === 'skip' || decision.kind === 'none') return decision;
  const doubt = `run ${run} has served ${served}, which is still to come: its clock was wrong, and what was missed since is not known`;
  return { ...decision, doubt };
}

function serve(schedule: Schedule, record: TickRecord, now: number): TickDecision {
  return { kind: isOver(schedule, Date.parse(record.served), now) ? 'late' : 'serve', record };
}

/** A start that a scheduler makes since it cannot tell the schedule's times alone; undefined: it is one of them. */
export function strayTick(question: Pick<TickQuestion, 'schedule' | 'time'>): NoTick | undefined {
  return tickMeant(question.schedule, question.time) === undefined ? noTime(question) : undefined;
}

function noTime({ schedule, time }: Pick<TickQuestion, 'schedule' | 'time'>): NoTick {
  return { kind: 'none', why: `${formatTime(time)} is no time of schedule ${schedule.name}` };
}

const MINUTE_MS = 60_000;

const minuteOf = (time: number): number => Math.floor(time / MINUTE_MS) * MINUTE_MS;

/**
 * Which time of the schedule a scheduler means: should it tell when within the jitter it starts, in the place of what for, or the
 * second of two times that read alike, the run must not be lost for that.
 */
function tickMeant(schedule: Schedule, told: number): number | undefined {
  const minute = minuteOf(told);
  if (isTime(schedule, minute)) return minute;
  const last = lastTime(schedule, minute);
  if (last === undefined) return undefined;
  return minute - last <= schedule.jitterMs || readsAlike(schedule, last, minute) ? last : undefined;
}

function servedBy(time: number, { served, run }: TickRecord): string {
  const later = Date.parse(served) === time ? '' : ` together with that of ${served}`;
  return `the tick of ${formatTime(time)} is served by run ${run}${later}`;
}

function isOver(schedule: Schedule, due: number, now: number): boolean {
  const closes = closesAt(schedule, due);
  return closes !== undefined && now > closes + schedule.jitterMs + START_GRACE_MS;
}

/** Times before `due` that no run serves. Of a schedule that is new, or has other times than before, nothing is caught up. */
function countMissed({ schedule, time, known }: TickQuestion, due: number): MissedTicks | undefined {
  const isSame = known !== undefined && known.times === timesText(schedule);
  const since = nextTime(schedule, isSame ? Date.parse(known.served) : time - 1);
  if (since === undefined || since >= due) return undefined;
  let count = 0;
  for (let next: number | undefined = since; next !== undefined && next < due && count < MAX_COUNTED; count++) {
    next = nextTime(schedule, next);
  }
  return { count, since: formatTime(since) };
}

/** The latest tick that no run serves and that a run should, now that nothing keeps it back; undefined: there is none. */
export function tickDue(schedule: Schedule, known: TickRecord | undefined, now: number): number | undefined {
  if (known?.times !== timesText(schedule)) return undefined;
  const last = lastTime(schedule, now);
  return last !== undefined && last > Date.parse(known.served) ? last : undefined;
}
