import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askGate, NO_STARTS, recordStart, secondsToPlace, type StartGate } from '../../../lib/limits/start-gate/start-gate.ts';
import { mostInWindow, simulate, startsPerSecond, type Simulation } from './simulate.ts';

const NOW = Date.UTC(2026, 10, 1);
const BATCH = { size: 2, periodMs: 1_000 };

function after(starts: readonly number[], gate: StartGate = NO_STARTS): StartGate {
  return starts.reduce((so, at) => recordStart(so, BATCH, at), gate);
}

describe('the start gate', () => {
  it('opens when the first start of a full batch leaves the window, not a moment before', () => {
    const gate = after([NOW, NOW + 300]);
    expect(askGate(gate, BATCH, NOW + 999, null)).toEqual({ opensAt: NOW + 1_000 });
    expect(askGate(gate, BATCH, NOW + 1_000, null)).toEqual({ at: NOW + 1_000 });
  });

  it('never goes back: a clock that is behind starts at the time of the one that is ahead', () => {
    expect(askGate(after([NOW + 2_000]), BATCH, NOW, null)).toEqual({ at: NOW + 2_000 });
    expect(askGate(after([NOW + 2_000, NOW + 2_000]), BATCH, NOW, null)).toEqual({ opensAt: NOW + 3_000 });
  });

  it('is not held by a clock that is plainly wrong, and forgets what it said', () => {
    const gate = after([NOW + 86_400_000, NOW + 86_400_000]);
    expect(askGate(gate, BATCH, NOW, null)).toEqual({ at: NOW });
    expect(after([NOW], gate).starts).toEqual([NOW]);
  });

  it('lets nobody jump a long line that is moving', () => {
    const moving = { ...after([NOW - 900, NOW - 100]), line: NOW + 10_000 };
    expect(askGate(moving, { ...BATCH, size: 3 }, NOW, null)).toEqual({ opensAt: NOW });
    expect(askGate(moving, { ...BATCH, size: 3 }, NOW, NOW - 500)).toEqual({ at: NOW });
  });

  it('lets a new run start at once when those in line were stopped', () => {
    expect(askGate({ ...after([NOW - 5_000, NOW - 4_000]), line: NOW + 100_000 }, BATCH, NOW, null)).toEqual({ at: NOW });
  });

  it('remembers no more than the largest batch and the longest period of all who ask', () => {
    const many = Array.from({ length: 5_000 }, (_, number) => NOW + number * 600);
    expect(after(many).starts).toHaveLength(2);
    const hourly = { size: 1_000, periodMs: 3_600_000 };
    const both = many.reduce((gate, at, number) => recordStart(gate, number === 0 ? hourly : BATCH, at), NO_STARTS);
    expect(both.starts).toEqual(many.slice(-1_000));
  });

  it('does not believe in a line that no thousand workers can have made', () => {
    const gate = { ...after([NOW - 900, NOW - 100]), line: NOW + 86_400_000 };
    expect(askGate(gate, { ...BATCH, size: 3 }, NOW, null)).toEqual({ at: NOW });
  });

  it('sends nobody away for longer than a minute: those in line may have been stopped', () => {
    expect(secondsToPlace(NOW + 500_000, NOW, NOW)).toBe(60);
    expect(secondsToPlace(NOW, NOW + 5_000_000, NOW)).toBe(60);
    expect(secondsToPlace(NOW, NOW, NOW)).toBe(1);
  });
});

/** Gives each simulated run a size that the gate, not the workers, limits. */
function run(members: Partial<Simulation>): Simulation {
  return { workers: 4, groups: 300, size: 10, periodMs: 1_000, groupMs: 100, skewMs: 0, seed: 1, ...members };
}

describe('the start gate in simulated time', () => {
  it.each([
    { workers: 1, skewMs: 0 },
    { workers: 1, skewMs: 2_000 },
    { workers: 4, skewMs: 0 },
    { workers: 4, skewMs: 2_000 },
    { workers: 64, skewMs: 0 },
    { workers: 64, skewMs: 200 },
    { workers: 64, skewMs: 2_000 },
  ])('is exact by the recorded times, and near them in truth: $workers workers, clocks $skewMs ms off', async (members) => {
    const options = run(members);
    const { recorded, real } = await simulate(options);
    expect(recorded).toHaveLength(options.groups);
    expect(mostInWindow(recorded, options.periodMs)).toBeLessThanOrEqual(options.size);
    // The gate's time can only jump forward, by what the clocks differ in all: that much less of the window was real.
    const windows = 1 + Math.floor((options.periodMs + 2 * options.skewMs) / options.periodMs);
    const bound = options.skewMs === 0 ? options.size : windows * options.size;
    expect(mostInWindow(real, options.periodMs)).toBeLessThanOrEqual(bound);
  });

  it('is exact for any batch, any number of workers and any clocks', async () => {
    const options = fc.record({
      workers: fc.integer({ min: 1, max: 64 }),
      groups: fc.integer({ min: 1, max: 120 }),
      size: fc.integer({ min: 1, max: 20 }),
      periodMs: fc.integer({ min: 1, max: 60 }).map((seconds) => seconds * 1_000),
      groupMs: fc.integer({ min: 0, max: 5_000 }),
      skewMs: fc.integer({ min: 0, max: 2_400 }),
      seed: fc.integer(),
    });
    await fc.assert(
      fc.asyncProperty(options, async (each) => {
        const { recorded } = await simulate(each);
        expect(recorded).toHaveLength(each.groups);
        expect(mostInWindow(recorded, each.periodMs)).toBeLessThanOrEqual(each.size);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    // Waits are whole seconds: where the period is one, and few workers share it, up to a second of each is lost.
    [run({ workers: 4 }), 0.65, 2],
    [run({ workers: 16, groupMs: 400 }), 0.65, 3],
    [run({ workers: 64, groupMs: 500 }), 0.8, 6],
    [run({ workers: 64, groupMs: 500, skewMs: 200 }), 0.8, 7],
    [run({ workers: 1000, groups: 1_000, groupMs: 1_000 }), 0.85, 4],
    [run({ workers: 64, periodMs: 10_000 }), 0.9, 3],
    [run({ workers: 64, periodMs: 60_000, size: 60 }), 0.95, 4],
  ])('comes near the limit without asking often: %j', async (options, share, callsEach) => {
    const { recorded, calls } = await simulate(options);
    const limit = (options.size * 1_000) / options.periodMs;
    expect(startsPerSecond(recorded) / limit).toBeGreaterThan(share);
    expect(calls / options.groups).toBeLessThan(callsEach);
  });

  it('costs nothing where the batch is not used up', async () => {
    const { calls, real } = await simulate(run({ workers: 8, groups: 8 }));
    expect([calls, mostInWindow(real, 200)]).toEqual([8, 8]);
  });
});
