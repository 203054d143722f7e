import type { DailyWindow } from '../calendar/calendar-event.ts';
import { planCron } from '../calendar/eventbridge-cron.ts';
import { parseEvent } from '../calendar/parse-event.ts';
import { formatDuration, millisecondsOf, parseDuration } from './duration.ts';
import { nextTime, type Schedule, type Times } from './schedule.ts';

/** One of a job's schedules as the configuration writes it: `at` or `every`. */
export interface ScheduleEntry {
  readonly name?: string;
  readonly at?: string;
  readonly every?: string;
  readonly timezone?: string;
  readonly overrides?: Readonly<Record<string, unknown>>;
}

/** What a job says for all its schedules. */
export interface ScheduleFrame {
  readonly timezone: string;
  readonly jitter?: string;
  readonly notBefore?: string;
  readonly notAfter?: string;
}

/** A calendar event, `every 2h`, or a list. */
export type ScheduleValue = string | readonly ScheduleEntry[];

const FIRST_NAME = 'main';
const DAY_MS = 86_400_000;
const MAX_EVERY_MS = 31 * DAY_MS;
const MAX_JITTER_MS = DAY_MS;

/** Reads values that have no fault: whoever could write one asks `timesProblem` and the others first. */
export function readSchedules(value: ScheduleValue | undefined, frame: ScheduleFrame): readonly Schedule[] {
  const entries = entriesOf(value);
  const window = readWindow(frame);
  const jitterMs = frame.jitter === undefined ? 0 : millisecondsOf(frame.jitter);
  return entries.map((entry, index) => {
    const text = textOf(entry);
    const times = readTimes(text);
    if ('problem' in times) throw new Error(`schedule ${text} was not refused although it ${times.problem}`);
    return {
      ...{ name: nameOf(entry, index), text, timezone: entry.timezone ?? frame.timezone, window, jitterMs },
      times: times.kind === 'calendar' ? { ...times, event: { ...times.event, window } } : times,
      overrides: entry.overrides ?? {},
    };
  });
}

/** The short form is a list of one. */
export function entriesOf(value: ScheduleValue | undefined): readonly ScheduleEntry[] {
  if (value === undefined) return [];
  return typeof value === 'string' ? [{ at: value }] : value;
}

/** `main`, `schedule-2` .., where it has no name of its own. */
export function nameOf({ name }: ScheduleEntry, index: number): string {
  return name ?? (index === 0 ? FIRST_NAME : `schedule-${String(index + 1)}`);
}

/** `mon..fri 22:30` or `every 2h`. */
function textOf({ at, every }: ScheduleEntry): string {
  return at ?? `every ${every ?? ''}`;
}

/** What is wrong with a calendar event or `every ..`, in words that follow it. */
export function timesProblem(text: string): string | undefined {
  const times = readTimes(text);
  if ('problem' in times) return times.problem;
  if (times.kind === 'interval') return undefined;
  const plan = planCron(times.event, 'UTC', 0);
  if ('problem' in plan) return plan.problem;
  const schedule = { times, timezone: 'UTC', window: undefined };
  return nextTime(asSchedule(schedule), 0) === undefined ? 'names a day that never comes; check day and month' : undefined;
}

/** What is wrong with the span of `every`. */
export function everyProblem(span: string): string | undefined {
  const every = readEvery(span);
  return 'problem' in every ? every.problem : undefined;
}

export function jitterProblem(text: string): string | undefined {
  const parsed = parseDuration(text);
  if ('problem' in parsed) return parsed.problem;
  if (parsed.ms % 60_000 !== 0) return 'is no whole number of minutes';
  return parsed.ms > MAX_JITTER_MS ? 'is longer than a day' : undefined;
}

export function clockProblem(text: string): string | undefined {
  return readClock(text) === undefined ? 'is no time of day; write it as 22:30' : undefined;
}

/** Which of a job's schedules have no time in its window. */
export function closedSchedules(schedules: readonly Schedule[]): readonly Schedule[] {
  return schedules.filter((schedule) => nextTime(schedule, 0) === undefined);
}

function readTimes(text: string): Times | { readonly problem: string } {
  const [, span] = /^every\s+(.*)$/.exec(text) ?? [];
  if (span !== undefined) return readEvery(span);
  const parsed = parseEvent(text);
  return 'problem' in parsed ? parsed : { kind: 'calendar', event: parsed.event };
}

function readEvery(span: string): Times | { readonly problem: string } {
  const parsed = parseDuration(span);
  if ('problem' in parsed) return parsed;
  if (parsed.ms === 0 || parsed.ms % 60_000 !== 0) return { problem: 'is no whole number of minutes' };
  if (parsed.ms > MAX_EVERY_MS) return { problem: `is longer than ${formatDuration(MAX_EVERY_MS)}; write a calendar event` };
  return { kind: 'interval', everyMs: parsed.ms };
}

function readWindow({ notBefore, notAfter }: ScheduleFrame): DailyWindow | undefined {
  if (notBefore === undefined && notAfter === undefined) return undefined;
  return { from: readClock(notBefore ?? '0:00') ?? 0, to: readClock(notAfter ?? '23:59') ?? 0 };
}

function readClock(text: string): number | undefined {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59) return undefined;
  return Number(hour) * 60 + Number(minute);
}

function asSchedule(part: Pick<Schedule, 'times' | 'timezone' | 'window'>): Schedule {
  return { name: '', text: '', jitterMs: 0, overrides: {}, ...part };
}
