import { describe, expect, it } from 'vitest';
import { stopSwitch } from '../../lib/cli/stop-switch.ts';
import { watchHealth } from '../../lib/cli/serve/watch-health.ts';
import { TransientError } from '../../lib/errors.ts';
import type { JobHealth } from '../../lib/sync/health/health.ts';
import { documentOf } from '../support/job-document.ts';
import { faulty } from '../support/faulty.ts';
import { location } from '../support/locations.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';

const MINUTE = 60_000;

/** A service whose minutes pass at once, until it has slept so often; `away`: sleeps from which the machine wakes hours later. */
interface Troubles {
  readonly away?: readonly number[];
  readonly fails?: readonly string[];
  readonly error?: () => Error;
}

async function serveFor(sleeps: number, { away = [], fails = [], error = noTable }: Troubles = {}) {
  const [measured, warned]: [string[], string[]] = [[], []];
  const stop = stopSwitch();
  const store = faulty(memoryRunStore(), {
    before: ({ method, args: [job] }) => {
      if (method === 'loadStanding' && fails.includes(job as string)) throw error();
    },
  });
  let [now, slept] = [Date.parse('2025-11-01T00:00:00Z'), 0];
  const sleep = async (seconds: number): Promise<void> => {
    slept += 1;
    now += away.includes(slept) ? 8 * 60 * MINUTE : seconds * 1000;
    if (slept > sleeps) stop.ask();
  };
  const measureHealth = ({ job, at }: JobHealth): void => void measured.push(`${at.slice(11, 16)} ${job}`);
  const end = watchHealth({
    cloud: { store, services: { leaseMs: MINUTE }, host: { tell: () => Promise.resolve(), measureHealth } },
    configuration: () => ({ jobs: ['first', 'second'].map((id) => documentOf(id, location('main'), location('offsite'))) }),
    context: { now: () => now, stop: { ask: () => stop.ask(), asked: () => stop.asked(), sleep } },
    log: { warn: (message) => void warned.push(message), error: (message) => void warned.push(message) },
  });
  while (!stop.asked()) await new Promise((resolve) => setImmediate(resolve));
  const died = await end().catch((reason: unknown) => reason);
  return { measured, warned, died };
}

const noTable = (): Error => new TransientError('TABLE_UNREACHABLE', 'no table');

describe('the watch of flotilla serve', () => {
  it('looks at each job once a minute, first when a minute has passed', async () => {
    const { measured } = await serveFor(2);
    expect(measured).toEqual(['00:01 first', '00:01 second', '00:02 first', '00:02 second']);
  });

  it('lets the service catch up before it looks, when the machine was asleep', async () => {
    expect((await serveFor(3, { away: [2] })).measured).toEqual(['00:01 first', '00:01 second', '08:02 first', '08:02 second']);
  });

  it('goes on when the table cannot be reached, and says so', async () => {
    const { measured, warned } = await serveFor(2, { fails: ['first'] });
    expect(measured).toEqual(['00:01 second', '00:02 second']);
    expect(warned).toEqual(Array(2).fill(expect.stringContaining('job first could not be watched')));
  });

  it('ends the service in order, and says why, when there is a bug in it', async () => {
    const bug = new TypeError('at is not a function');
    const { measured, warned, died } = await serveFor(5, { fails: ['second'], error: () => bug });
    expect([measured, died]).toEqual([['00:01 first'], bug]);
    expect(warned).toEqual([expect.stringMatching(/the service ends.*at is not a function/)]);
  });
});
