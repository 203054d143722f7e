import { z } from 'zod';
import { RequestCountsSchema } from '../sync/report/group-record.ts';
import { RUN_STATES, SkipCountsSchema } from '../sync/report/report.ts';
import type { Refusal, Replica, RunRecord, StopAsk, Suspension, TickRecord } from '../sync/run-store.ts';

/** How values come back from the table. Members that a later version may add are dropped. */

const MissedSchema = z.object({ count: z.number(), since: z.string() });

const RunSummarySchema = z.object({
  ...{ seconds: z.number(), copied: z.number(), updated: z.number(), failed: z.number(), removed: z.number() },
  ...{ bytes: z.number(), chunks: z.number() },
  ...{ groupsOk: z.number(), groupsErrors: z.number(), groupsUnfinished: z.number() },
  ...{ failureCount: z.number(), lagSeconds: z.number().exactOptional(), missing: z.number() },
});

export const RunRecordSchema: z.ZodType<RunRecord> = z.object({
  job: z.string(),
  id: z.string(),
  startedAt: z.string(),
  state: z.enum(RUN_STATES),
  scheduledTime: z.string().exactOptional(),
  schedule: z.string().exactOptional(),
  missed: MissedSchema.exactOptional(),
  afterRun: z.string().exactOptional(),
  pendingOnly: z.boolean().exactOptional(),
  dryRun: z.boolean().exactOptional(),
  quiet: z.boolean().exactOptional(),
  endedAt: z.string().exactOptional(),
  planKey: z.string().exactOptional(),
  groups: z.number().exactOptional(),
  working: z.number().exactOptional(),
  leftOut: SkipCountsSchema.exactOptional(),
  looked: z.object({ at: z.string(), whole: z.boolean() }).exactOptional(),
  held: z.object({ reach: z.string(), snapshots: z.number() }).exactOptional(),
  requests: z.object({ source: RequestCountsSchema, target: RequestCountsSchema }).exactOptional(),
  reportKey: z.string().exactOptional(),
  message: z.string().exactOptional(),
  summary: RunSummarySchema.exactOptional(),
});

const ServedTickSchema = z.object({ served: z.string(), run: z.string(), missed: MissedSchema.exactOptional() });

export const TickRecordSchema: z.ZodType<TickRecord> = ServedTickSchema.extend({
  times: z.string(),
  earlier: z.array(ServedTickSchema).exactOptional(),
});

export const SuspensionSchema: z.ZodType<Suspension> = z.object({
  since: z.string(),
  until: z.string().exactOptional(),
  by: z.string().exactOptional(),
  reason: z.string().exactOptional(),
});

export const StopAskSchema: z.ZodType<StopAsk> = z.object({ at: z.string(), by: z.string().exactOptional() });

export const RefusalSchema: z.ZodType<Refusal> = z.object({ code: z.string(), message: z.string() });

export const ReplicaSchema: z.ZodType<Replica> = z.object({
  snapshot: z.string(),
  state: z.enum(['replicated', 'failed']),
  at: z.string(),
  run: z.string(),
  sourceEtag: z.string().exactOptional(),
  markerDigest: z.string().exactOptional(),
  archives: z.array(z.object({ name: z.string(), checksum: z.string(), size: z.number() })),
  chunks: z.number(),
  bytes: z.number(),
  error: z.string().exactOptional(),
});
