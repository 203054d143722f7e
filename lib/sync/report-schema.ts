import { SKIP_REASONS } from './skip-reasons.ts';
import { z } from 'zod';
import { MAX_FAILURES, MAX_REPORT_FAILURES, type Report } from './report.ts';

const count = z.int().nonnegative();
const time = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC' });

const requests = z.object({ list: count, head: count, get: count, put: count, copy: count, delete: count });

const tally = z.object({
  snapshotsCopied: count,
  snapshotsUpdated: count,
  snapshotsFailed: count,
  chunks: count.describe('Chunks written to the target'),
  chunksKnown: count.describe('Chunks that the target had already'),
  bytes: count.describe('Stored bytes written to the target: chunks and all other objects'),
  verified: count.describe('Relayed chunks that were verified against their name'),
  source: requests.describe('Requests sent to the source, retries included'),
  target: requests.describe('Requests sent to the target, retries included'),
});

const failure = z.object({
  kind: z.string().describe('TransientError, DataError, ConfigError, ConflictError, WorkerDied, or the name of a bug'),
  code: z.string().describe('Stable: match on this, not on the message'),
  message: z.string().describe('One line from the outside in'),
  group: z.string().exactOptional(),
  snapshot: z.string().exactOptional(),
  archive: z.string().exactOptional(),
  digest: z.string().exactOptional().describe('Of the chunk, in hexadecimal'),
  moreDigests: z.array(z.string()).exactOptional().describe('Further damaged chunks of the same snapshot'),
  neededBy: z.array(z.string()).exactOptional().describe('Other snapshots of the run that fail for the same chunk'),
});

const skipped = z.object({
  reason: z.enum(SKIP_REASONS),
  count,
  first: z.string(),
  last: z.string(),
});

const groupRecord = z.object({
  namespace: z.string().describe("The group's namespace on the source; root is empty"),
  name: z.string().describe('vm/100'),
  state: z
    .enum(['running', 'waiting', 'ok', 'errors', 'stopped'])
    .describe('running and waiting: its worker ended without a result'),
  startedAt: time,
  updatedAt: time,
  snapshots: count.describe('Snapshots to look at'),
  snapshotsDone: count,
  doing: z.string().exactOptional(),
  tally,
  skipped: z.array(skipped),
  failures: z.array(failure).max(MAX_FAILURES),
  failureCount: count.describe('All failures, those that are not named included'),
});

/** Version 1 of the report. A member may be added within a version; none changes its meaning or goes away. */
export const ReportSchema = z
  .object({
    version: z.literal(1),
    job: z.string(),
    id: z.string().describe("The run's id: the name of the execution"),
    startedAt: time,
    state: z.enum(['waiting', 'running', 'ok', 'warnings', 'errors', 'failed', 'stopped', 'skipped']),
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
    tally: tally.describe('The sum over all groups'),
    leftOut: z
      .partialRecord(z.enum(SKIP_REASONS), count)
      .describe('Snapshots of the source that are not on the target and were left out, by reason, over all groups'),
    removed: z
      .object({ snapshots: count, groups: count, namespaces: count, kept: z.array(z.string()) })
      .exactOptional()
      .describe('What remove-vanished took from the target, and what it left there with the reason'),
    failures: z.array(failure).max(MAX_REPORT_FAILURES),
    failureCount: count.describe('All failures, those that are not named included'),
    details: z.array(groupRecord).describe('One entry a group that had work and a worker, by name'),
  })
  .describe('The report of one run of Flotilla');

/** Reads a report that was written earlier. Throws zod's error when it is none of version 1. */
export function parseReport(value: unknown): Report {
  return ReportSchema.parse(value);
}

/** The JSON Schema that docs/report.schema.json holds. As input: members that a later Flotilla adds are no fault. */
export function reportJsonSchema(): object {
  return { title: 'Flotilla report, version 1', ...z.toJSONSchema(ReportSchema, { io: 'input' }) };
}
