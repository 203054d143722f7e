import { z } from 'zod';
import { SKIP_REASONS } from '../skip-reasons.ts';
import { FailureSchema, GroupRecordSchema, TallySchema } from './group-record.ts';
import { LagSchema } from './lag.ts';
import { count, time, type Fixed } from './members.ts';
import { SnapshotDetailSchema } from './outcome.ts';

/** `running` and `waiting` runs have no report yet. */
export const RUN_STATES = ['waiting', 'running', 'ok', 'warnings', 'errors', 'failed', 'stopped', 'skipped'] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Whether a run did all that it was to do. */
export function endedWell(state: RunState): boolean {
  return state === 'ok' || state === 'warnings';
}

/** Failures that a report names; `failureCount` counts all. */
export const MAX_REPORT_FAILURES = 500;

const RemovedSchema = z
  .object({ snapshots: count, groups: count, namespaces: count, kept: z.array(z.string()) })
  .describe('What remove-vanished took from the target, and what it left there with the reason');
export type Removed = Fixed<z.infer<typeof RemovedSchema>>;

/** Snapshots by the reason for which they were left out; a reason that is not there is none. */
export const SkipCountsSchema = z.partialRecord(z.enum(SKIP_REASONS), count);

const DetailSchema = GroupRecordSchema.omit({ failures: true, underWay: true }).extend({
  outcomes: z
    .array(SnapshotDetailSchema)
    .describe('What became of each snapshot, by name: those that failed first, then those left out, then the newest, have room'),
  outcomeCount: count.describe('All of them, those that are not named included'),
});
/** What a run did for one group. */
export type Detail = Fixed<z.infer<typeof DetailSchema>>;

/** Version 1 of the report. A member may be added within a version; none changes its meaning or goes away. */
const ReportSchema = z
  .object({
    version: z.literal(1),
    job: z.string(),
    id: z.string().describe("The run's id: the name of the execution"),
    startedAt: time,
    state: z.enum(RUN_STATES),
    reason: z.string().exactOptional().describe('Why the run was skipped'),
    dryRun: z.boolean().describe('Whether the run ended after planning, as it was asked to'),
    endedAt: time,
    seconds: z.number().nonnegative(),
    workerThreads: z.int().positive(),
    source: z.string().describe('<endpoint or aws>/<bucket>/<prefix>'),
    target: z.string().describe('<endpoint or aws>/<bucket>/<prefix>'),
    groups: z
      .object({ total: count, planned: count, ok: count, errors: count, unfinished: count })
      .describe('All groups of the source; those that had work, which is the sum of the other three'),
    snapshots: z.object({ copied: count, updated: count, failed: count }),
    tally: TallySchema.describe('The sum over all groups'),
    leftOut: SkipCountsSchema.describe(
      'Snapshots of the source that are not on the target and were left out, by reason, over all groups, those without work too',
    ),
    removed: RemovedSchema.exactOptional(),
    failures: z
      .array(FailureSchema)
      .max(MAX_REPORT_FAILURES)
      .describe('In the order of the groups; every failing group is named before one is named again'),
    failureCount: count.describe('All failures, those that are not named included'),
    lag: LagSchema.exactOptional(),
    details: z.array(DetailSchema).describe('One entry a group that had work and a worker, by name'),
  })
  .describe('The report of one run of Flotilla');
export type Report = Fixed<z.infer<typeof ReportSchema>>;

/** Reads a report that was written earlier. Throws zod's error when it is none of version 1. */
export function parseReport(value: unknown): Report {
  return ReportSchema.parse(value);
}

/** The JSON Schema that docs/report.schema.json holds. As input: members that a later Flotilla adds are no fault. */
export function reportJsonSchema(): object {
  return { title: 'Flotilla report, version 1', ...z.toJSONSchema(ReportSchema, { io: 'input' }) };
}
