import { z } from 'zod';
import { LagSchema } from '../report/lag.ts';
import { count, time, type Fixed } from '../report/members.ts';
import { RUN_STATES } from '../report/report.ts';

/** PBS's severities (facts/pbs.md 7), the least first. */
export const SEVERITIES = ['info', 'notice', 'warning', 'error'] as const;
export type Severity = (typeof SEVERITIES)[number];

const shared = {
  version: z.literal(1),
  id: z.string().describe('The same for the same happening, however often it is told'),
  at: time,
  job: z.string(),
  severity: z.enum(SEVERITIES),
  message: z.string().describe('One sentence: what happened, how far behind the copy is, what to do'),
};

const RunNameSchema = z.object({ id: z.string().describe('The name of the execution'), startedAt: time });

const causes = {
  scheduledTime: time.exactOptional().describe('The tick that the run serves'),
  schedule: z.string().exactOptional(),
  afterRun: z.string().exactOptional().describe('The run of another job that it came after, <job>/<run>'),
};

/** Where a report lies: its key in the control bucket, with the ending `.html` or `.json`. */
const ReportPlaceSchema = z.object({ bucket: z.string(), key: z.string() });

const RunEventSchema = z.discriminatedUnion('kind', [
  z.object({ ...shared, type: z.literal('flotilla.run'), kind: z.literal('started'), run: RunNameSchema, ...causes }),
  z.object({
    ...shared,
    type: z.literal('flotilla.run'),
    kind: z.literal('queued'),
    run: RunNameSchema,
    ...causes,
    reason: z.string(),
  }),
  z.object({
    ...{ ...shared, type: z.literal('flotilla.run'), kind: z.literal(['finished', 'skipped']), run: RunNameSchema, ...causes },
    state: z.enum(RUN_STATES),
    reason: z.string().exactOptional().describe('Why it was skipped'),
    dryRun: z.boolean(),
    endedAt: time,
    seconds: z.number().nonnegative(),
    groups: z.object({ total: count, planned: count, ok: count, errors: count, unfinished: count }),
    snapshots: z.object({ copied: count, updated: count, failed: count, removed: count }),
    chunks: count.describe('Chunks written to the target'),
    bytes: count.describe('Stored bytes written to the target'),
    errors: z
      .record(z.string(), count)
      .describe('Failures by kind: TransientError, DataError, ConfigError, ConflictError, WorkerDied, or the name of a bug'),
    failure: z.object({ kind: z.string(), code: z.string(), message: z.string() }).exactOptional().describe('The first of them'),
    lag: LagSchema,
    report: ReportPlaceSchema,
  }),
]);

const LagEventSchema = z.object({
  ...{ ...shared, type: z.literal('flotilla.lag'), kind: z.literal(['raised', 'cleared']) },
  run: RunNameSchema.exactOptional().describe('The run whose end showed it; left out where the clock did'),
  lag: LagSchema,
  maxLagSeconds: count,
});

const GuardEventSchema = z.object({
  ...{ ...shared, type: z.literal('flotilla.delete-guard'), kind: z.literal('refused'), run: RunNameSchema },
  reason: z.string(),
});

const TickEventSchema = z.discriminatedUnion('kind', [
  z.object({
    ...{ ...shared, type: z.literal('flotilla.tick'), kind: z.literal('skipped'), schedule: z.string(), run: RunNameSchema },
    ticks: count.describe('Times of the schedule that no run served before this one'),
    since: time.describe('The first of them'),
  }),
  z.object({
    ...{ ...shared, type: z.literal('flotilla.tick'), kind: z.literal('overdue'), schedule: z.string() },
    due: time.describe('The time of the schedule that no run has come for'),
  }),
]);

/** Version 1 of what Flotilla tells. A member may be added within a version; none changes its meaning or goes away. */
export const EventSchema = z.union([RunEventSchema, LagEventSchema, GuardEventSchema, TickEventSchema]);
export type FlotillaEvent = Fixed<z.infer<typeof EventSchema>>;
export type RunEvent = Extract<FlotillaEvent, { type: 'flotilla.run' }>;
export type RunEndEvent = Extract<RunEvent, { kind: 'finished' | 'skipped' }>;

/** The JSON Schema that docs/event.schema.json holds. As input: members that a later Flotilla adds are no fault. */
export function eventJsonSchema(): object {
  return { title: 'Flotilla event, version 1', ...z.toJSONSchema(EventSchema, { io: 'input' }) };
}

/** Tells the world: at least once, under the same id. Throws `TransientError` when nobody took it. */
export type Tell = (event: FlotillaEvent) => Promise<void>;
