import type { JobDocument } from '../../../lib/config/job-document.ts';
import { firings } from '../../calendar/eventbridge-model.ts';
import { ofType, synthesizeStacks } from '../../infra/synthesize.ts';
import { documentOf } from '../../support/job-document.ts';
import { location } from '../../support/locations.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A week on whose last day the clocks of Berlin go back. */
export const FROM = Date.parse('2026-10-19T00:00:00Z');
export const UNTIL = FROM + 7 * DAY_MS;

/** Two jobs of one source and one target, each with two schedules. */
const JOBS: Readonly<Record<string, object>> = {
  often: {
    schedule: [
      { every: '9h' },
      { name: 'threads', at: 'wed,sun 2:30', timezone: 'Europe/Berlin', overrides: { 'worker-threads': 1 } },
    ],
  },
  nightly: {
    ...{ timezone: 'Europe/Berlin', jitter: '10m', 'not-before': '20:00', 'not-after': '6:00' },
    schedule: [
      { at: 'mon..fri 22:30', overrides: { overlap: 'skip' } },
      { name: 'again', at: '0/3:15' },
    ],
  },
};

export const JOB_IDS = Object.keys(JOBS);

/** What a job of the week says beside its schedules. */
export type WeekOptions = Pick<JobDocument, 'overlap' | 'queue-depth'>;

export function weekJob(id: string, options: Partial<WeekOptions> = {}): JobDocument {
  const pace = { 'transfer-mode': 'relay', 'transfers-in-flight': 1, 'worker-threads': 2, 'start-batch-size': 0 };
  return documentOf(id, location('main'), location('offsite'), { ...JOBS[id], ...pace, ...options });
}

/** One start that EventBridge Scheduler is told of: when, of which job, with which input, and how much later it may come. */
export interface Firing {
  readonly job: string;
  readonly time: number;
  readonly input: Readonly<Record<string, unknown>>;
  readonly windowMs: number;
}

/** All starts within the week, from the expressions in the jobs' templates. */
export function weekFirings(): readonly Firing[] {
  return JOB_IDS.flatMap((job) =>
    ofType(synthesizeStacks(weekJob(job)).job, 'AWS::Scheduler::Schedule').flatMap(({ Properties }) =>
      firingsOf(job, Properties),
    ),
  ).toSorted((a, b) => a.time - b.time);
}

function firingsOf(job: string, properties: Readonly<Record<string, unknown>>): readonly Firing[] {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: zone } = properties as Record<string, string>;
  const { Input } = properties['Target'] as { Input: string };
  const { MaximumWindowInMinutes = 0 } = properties['FlexibleTimeWindow'] as { MaximumWindowInMinutes?: number };
  return firings([expression ?? ''], zone ?? '', FROM, UNTIL).map((time) => {
    const told = new Date(time).toISOString().replace('.000Z', 'Z');
    const input = JSON.parse(Input.replace('<aws.scheduler.scheduled-time>', told)) as Firing['input'];
    return { job, time, input, windowMs: MaximumWindowInMinutes * MINUTE_MS };
  });
}
