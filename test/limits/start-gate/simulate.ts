import type { StartAnswer, RunStore } from '../../../lib/sync/run-store.ts';
import { memoryRunStore } from '../../support/memory-run-store.ts';
import { seededRandom } from '../../support/random.ts';

/** Workers that start one group after the other, as the Map's children do: whole seconds of waiting, calls that take their time. */
export interface Simulation {
  readonly workers: number;
  readonly groups: number;
  readonly size: number;
  readonly periodMs: number;
  /** How long a group keeps its worker, give or take a half. */
  readonly groupMs: number;
  /** Each worker's clock is up to so much before or behind. */
  readonly skewMs: number;
  readonly seed: number;
}

export interface Simulated {
  /** What the gate recorded, and when it really was; epoch ms. */
  readonly recorded: readonly number[];
  readonly real: readonly number[];
  readonly calls: number;
}

/** Asks at `at`, real time; its clock is `clock` ms ahead. */
interface Worker {
  at: number;
  readonly clock: number;
  place: number | null;
}

/** Plays it through in simulated time. */
export async function simulate(options: Simulation): Promise<Simulated> {
  const random = seededRandom(options.seed, options.workers);
  const store: Pick<RunStore, 'claimStart'> = memoryRunStore();
  const batch = { size: options.size, periodMs: options.periodMs };
  const result = { recorded: [] as number[], real: [] as number[], calls: 0 };
  const latency = (): number => Math.round(30 + random.fraction() * 90);
  const due: Worker[] = Array.from({ length: Math.min(options.workers, options.groups) }, () => ({
    at: EPOCH + latency(),
    clock: Math.round((random.fraction() * 2 - 1) * options.skewMs),
    place: null,
  }));
  let left = options.groups - due.length;
  while (due.length > 0) {
    const next = due.reduce((a, b) => (b.at < a.at ? b : a));
    result.calls += 1;
    const claim = { owner: String(result.calls), batch, place: next.place };
    const answer: StartAnswer = await store.claimStart('target', claim, () => next.at + next.clock);
    if ('place' in answer) {
      next.place = answer.place;
      next.at += answer.waitSeconds * 1000 + latency();
      continue;
    }
    result.recorded.push(answer.startedAt);
    result.real.push(next.at);
    next.place = null;
    next.at += Math.round(options.groupMs * (0.5 + random.fraction())) + latency();
    left -= 1;
    if (left < 0) due.splice(due.indexOf(next), 1);
  }
  return result;
}

const EPOCH = Date.UTC(2026, 10, 1);

/** The most starts in any window of this length that is open at its end. */
export function mostInWindow(starts: readonly number[], windowMs: number): number {
  const sorted = starts.toSorted((a, b) => a - b);
  return Math.max(...sorted.map((from, at) => sorted.slice(at).filter((start) => start < from + windowMs).length));
}

/** Starts a second, from the first to the last. */
export function startsPerSecond(starts: readonly number[]): number {
  return ((starts.length - 1) * 1000) / (Math.max(...starts) - Math.min(...starts));
}
