import { autoConcurrency } from '../../../lib/transfer/concurrency/auto.ts';
import type { ConcurrencyController } from '../../../lib/transfer/concurrency/controller.ts';
import { seededRandom } from '../../support/random.ts';
import { simulate, type Outcome, type Scenario } from './simulated-link.ts';

type Span = readonly [fromMs: number, untilMs: number];

/** What is looked at: from the 20th simulated second on, unless a test says otherwise. */
const SPAN: Span = [20_000, 40_000];
const FIXED = [4, 8, 16, 32, 64, 128, 256];
export const MAX = 256;

/** A number that nothing changes. */
const constant = (limit: number): ConcurrencyController => ({ limit, begun: () => undefined, ended: () => undefined });

export interface Comparison {
  /** What `auto` moved, as a share of what the best fixed number moves. */
  readonly share: number;
  /** The least fixed number that moves 95 % of it. */
  readonly knee: number;
  readonly auto: Outcome;
}

export function compareWithBestFixed(scenario: Scenario, span = SPAN): Comparison {
  const fixed = FIXED.map((limit) => simulate(scenario, () => constant(limit), span).bytesPerSecond);
  const best = Math.max(...fixed);
  const auto = runAuto(scenario, span);
  return { share: auto.bytesPerSecond / best, knee: FIXED[fixed.findIndex((speed) => speed > 0.95 * best)]!, auto };
}

export function runAuto(scenario: Scenario, span: Span): Outcome {
  const make = (worker: number): ConcurrencyController => {
    const random = seededRandom(scenario.seed, 'pauses', worker);
    return autoConcurrency({ min: 2, max: MAX, random: () => random.fraction() });
  };
  return simulate(scenario, make, span);
}

export const SMALL = [20 * 1024, 20 * 1024 + 1] as const;
export const CHUNKS = [1024 * 1024, 4 * 1024 * 1024] as const;
