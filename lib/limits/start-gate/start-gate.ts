/** Barman's words: at most `size` workers start in any window of `periodMs`; `size` is at least 1. */
export interface StartBatch {
  readonly size: number;
  readonly periodMs: number;
}

/** What is remembered of the workers that start on one target. All times are epoch milliseconds. */
export interface StartGate {
  /** When workers started, ascending: the newest `most` of the last `reachMs`. */
  readonly starts: readonly number[];
  /** The largest batch and the longest period that anyone has asked with: what all jobs of the target need to be remembered. */
  readonly most: number;
  readonly reachMs: number;
  /** When the place of the next one is due who has to stand in line. */
  readonly line: number;
}

/** A start that is recorded further ahead than this was made by a wrong clock: it holds nobody up (overlap/clocks.ts has the same margin). */
const MAX_AHEAD_MS = 5_000;

/** A line that is longer than this is not jumped, even when the gate is open at the moment. */
const SHORT_LINE_MS = 2_000;

export const NO_STARTS: StartGate = { starts: [], most: 0, reachMs: 0, line: 0 };

/** `at`: the worker may start, and that is its start's time. Else when the gate opens, if nobody starts before. */
export type GateAnswer = { readonly at: number } | { readonly opensAt: number };

/**
 * Whether a worker may start now. The gate's time is that of the fastest clock which has passed it, and never goes back: clocks
 * that differ make the gate open later, and no window of recorded starts ever holds more than `size`. `place` is when it was told to come.
 */
export function askGate(gate: StartGate, { size, periodMs }: StartBatch, now: number, place: number | null): GateAnswer {
  const starts = gate.starts.filter((start) => start <= now + MAX_AHEAD_MS);
  const at = Math.max(now, starts.at(-1) ?? now);
  const blocking = starts.at(-size);
  if (blocking !== undefined && at - blocking < periodMs) return { opensAt: blocking + periodMs };
  // Those in line do come when the window is in use; when it is not, they were stopped, and wait for nobody.
  const inUse = starts.filter((start) => at - start < periodMs).length;
  const line = gate.line > longestLine({ size, periodMs }, now) ? 0 : gate.line;
  const jumps = place === null && line > now + SHORT_LINE_MS && inUse * 2 > size;
  return jumps ? { opensAt: now } : { at };
}

/** The gate after a start at `at`, which `askGate` gave. */
export function recordStart(gate: StartGate, { size, periodMs }: StartBatch, at: number): StartGate {
  const [most, reachMs] = [Math.max(gate.most, size), Math.max(gate.reachMs, periodMs)];
  const kept = gate.starts.filter((start) => start <= at && at - start < reachMs);
  return { ...gate, starts: [...kept, at].slice(-most), most, reachMs };
}

/**
 * Whole milliseconds between two places in line: a little more than the batch allows, since who waits whole seconds comes up to one late,
 * and where places leave no room for that, each late one makes another one wait in vain.
 */
export function placeInterval({ size, periodMs }: StartBatch): number {
  return Math.ceil((periodMs + Math.min(periodMs / 10, 1_000)) / size);
}

/** No run has more workers than this. */
const MAX_WORKERS = 1_000;

/** When the last place of a line that begins now may be due: a later end of it was made by a wrong clock, or by a slower batch. */
export function longestLine(batch: StartBatch, now: number): number {
  return now + MAX_AHEAD_MS + batch.periodMs + MAX_WORKERS * placeInterval(batch);
}

/** Nobody stays away for longer than this: those before it may have been stopped. */
const MAX_WAIT_SECONDS = 60;

/** Whole seconds, which is what Step Functions waits, until a place that is due, or until the gate opens if it is closed then. */
export function secondsToPlace(place: number, opensAt: number, now: number): number {
  const seconds = Math.ceil((Math.max(place, opensAt) - now) / 1_000);
  return Math.min(Math.max(seconds, 1), MAX_WAIT_SECONDS);
}
