import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { RunRecord } from '../../lib/sync/run-store.ts';
import { ofType, synthesizeStacks } from '../infra/synthesize.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { smallSource } from '../support/source.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-16T00:00:00Z');

/** What the scheduler does with one tick: how late it comes, and how often. */
interface Delivery {
  readonly time: number;
  readonly at: number;
}

describe('ticks of a synthesized schedule, through the embedded cloud', () => {
  let world: TestCloud;
  let job: JobDocument;
  let input: string;
  let now = START;

  beforeAll(async () => {
    world = await startTestCloud({ now: () => now });
    const source = world.location('source', 'main');
    await smallSource(world.open(source)).addNight();
    job = world.job(source, world.location('target', 'main'), { schedule: 'every 12h' });
    const [schedule] = ofType(synthesizeStacks(job).job, 'AWS::Scheduler::Schedule');
    expect(schedule?.Properties['ScheduleExpression']).toBe('cron(0 0,12 * * ? *)');
    input = (schedule?.Properties['Target'] as { Input: string }).Input;
  });
  afterAll(() => world.close());

  let started = 0;
  async function start(time: number): Promise<RunRecord | undefined> {
    started += 1;
    const run = { job: job.id, id: `run-${String(started)}`, startedAt: new Date(now).toISOString() };
    const told = new Date(time).toISOString().replace('.000Z', 'Z');
    await world.cloud.run({ job, overrides: JSON.parse(input.replace('<aws.scheduler.scheduled-time>', told)) as object, run });
    return world.cloud.store.loadRun(run);
  }

  it('runs, skips and records what a model says that was written apart', async () => {
    const tick = (number: number): number => START + number * 12 * HOUR;
    const deliveries: readonly Delivery[] = [
      ...[0, 1].map((n) => ({ time: tick(n), at: tick(n) })),
      { time: tick(1), at: tick(1) + 60_000 },
      // The ticks 2 and 3 are lost, 4 comes when 5 is due already.
      { time: tick(4), at: tick(5) + HOUR },
      { time: tick(5), at: tick(5) + 2 * HOUR },
      // Not a time of the schedule.
      { time: tick(6) + HOUR, at: tick(6) + HOUR },
      // Suspended.
      ...[7, 8].map((n) => ({ time: tick(n), at: tick(n) })),
      ...[9, 9, 10].map((n) => ({ time: tick(n), at: tick(n) })),
    ];
    const suspended = (at: number): boolean => at >= tick(6) + 2 * HOUR && at < tick(8) + HOUR;
    const seen: unknown[] = [];
    const wanted: unknown[] = [];
    let behind = tick(-1);
    for (const { time, at } of deliveries) {
      now = at;
      if (suspended(at)) await world.cloud.store.saveSuspension(job.id, { since: new Date(at).toISOString() });
      else await world.cloud.store.removeSuspension(job.id);
      const record = await start(time);
      seen.push(
        record === undefined ? 'nothing' : [record.state, Date.parse(record.scheduledTime ?? ''), record.missed?.count ?? 0],
      );
      const due = START + Math.floor((at - START) / (12 * HOUR)) * 12 * HOUR;
      if ((time - START) % (12 * HOUR) !== 0) wanted.push('nothing');
      else if (suspended(at) || time <= behind) wanted.push(['skipped', time, 0]);
      else {
        wanted.push(['ok', due, (due - behind) / (12 * HOUR) - 1]);
        behind = due;
      }
    }
    expect(seen).toEqual(wanted);
    expect(seen).toContainEqual(['ok', tick(9), 3]);
  });
});
