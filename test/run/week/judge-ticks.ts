import type { Arrival } from './draw-week.ts';
import { MEANT, type Meant } from './meant.ts';

/** What a run should do for its tick. Times are epoch milliseconds. */
export type Verdict =
  | { readonly kind: 'go'; readonly serves?: Served }
  | { readonly kind: 'late'; readonly serves: Served }
  | { readonly kind: 'skip'; readonly why: string }
  | { readonly kind: 'none' };

export interface Served {
  readonly time: number;
  /** Ticks that nobody served, and the first of them. */
  readonly missed: readonly number[];
}

/** The ticks of all schedules, and what keeps them back. */
export interface TickModel {
  suspend(job: string | undefined, on: boolean): void;
  decide(arrival: Arrival, now: number): Verdict;
  /** A run has done as it should for its tick. */
  serve(arrival: Arrival, run: string, served: Served): void;
}

export function tickModel(): TickModel {
  const suspended = new Set<string | undefined>();
  const served = new Map<string, Latest>();
  return {
    suspend: (job, on) => {
      if (on) suspended.add(job);
      else suspended.delete(job);
    },
    decide: (arrival, now) => {
      const tick = tickOf(arrival);
      if (tick === undefined) return { kind: 'go' };
      const isSuspended = suspended.has(arrival.job) || suspended.has(undefined);
      if (isSuspended && tick.meant.times.includes(tick.time)) return { kind: 'skip', why: 'suspended since' };
      return decideTick(tick, served.get(tick.schedule), now);
    },
    serve: (arrival, run, { time }) => {
      const tick = tickOf(arrival);
      if (tick !== undefined) served.set(tick.schedule, { time, run });
    },
  };
}

/** The latest tick of a schedule that a run serves. */
interface Latest {
  readonly time: number;
  readonly run: string;
}

function decideTick({ time, meant: { times, tooLate } }: Tick, known: Latest | undefined, now: number): Verdict {
  if (!times.includes(time)) return { kind: 'none' };
  if (known !== undefined && time <= known.time) return { kind: 'skip', why: `is served by run ${known.run}` };
  const due = times.filter((each) => each <= Math.max(now, time)).at(-1) ?? time;
  const from = known === undefined ? time : known.time + 1;
  const serves = { time: due, missed: times.filter((each) => each >= from && each < due) };
  return { kind: now > (tooLate(due) ?? Infinity) ? 'late' : 'go', serves };
}

/** What the scheduler told; undefined: a person started it. */
export function toldTime({ input }: Arrival): number | undefined {
  const told = input['scheduled-time'];
  return typeof told === 'string' ? Date.parse(told) : undefined;
}

interface Tick {
  readonly schedule: string;
  readonly time: number;
  readonly meant: Meant;
}

function tickOf(arrival: Arrival): Tick | undefined {
  const time = toldTime(arrival);
  if (time === undefined) return undefined;
  const schedule = `${arrival.job} ${String(arrival.input['schedule-name'])}`;
  const meant = MEANT[schedule];
  if (meant === undefined) throw new Error(`nothing is known of the schedule ${schedule}`);
  return { schedule, time, meant };
}
