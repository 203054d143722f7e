import { z } from 'zod';
import type { RequestCounts } from '../datastore/object-store.ts';
import type { GroupRecord, Tally } from '../sync/report.ts';
import { SKIP_REASONS } from '../sync/skip-reasons.ts';
import type { Replica, RunRecord } from '../sync/run-store.ts';

/** How values come back from the table. Members that a later version may add are dropped. */

const RequestCountsSchema: z.ZodType<RequestCounts> = z.object({
  list: z.number(),
  head: z.number(),
  get: z.number(),
  put: z.number(),
  copy: z.number(),
  delete: z.number(),
});

export const RunRecordSchema: z.ZodType<RunRecord> = z.object({
  job: z.string(),
  id: z.string(),
  startedAt: z.string(),
  state: z.enum(['waiting', 'running', 'ok', 'warnings', 'errors', 'failed', 'stopped', 'skipped']),
  scheduledTime: z.string().exactOptional(),
  endedAt: z.string().exactOptional(),
  planKey: z.string().exactOptional(),
  groups: z.number().exactOptional(),
  leftOut: z.partialRecord(z.enum(SKIP_REASONS), z.number()).exactOptional(),
  requests: z.object({ source: RequestCountsSchema, target: RequestCountsSchema }).exactOptional(),
  reportKey: z.string().exactOptional(),
  message: z.string().exactOptional(),
});

const TallySchema: z.ZodType<Tally> = z.object({
  snapshotsCopied: z.number(),
  snapshotsUpdated: z.number(),
  snapshotsFailed: z.number(),
  chunks: z.number(),
  chunksKnown: z.number(),
  bytes: z.number(),
  verified: z.number(),
  source: RequestCountsSchema,
  target: RequestCountsSchema,
});

const FailureSchema = z.object({
  kind: z.string(),
  code: z.string(),
  message: z.string(),
  snapshot: z.string().exactOptional(),
  archive: z.string().exactOptional(),
  digest: z.string().exactOptional(),
  moreDigests: z.array(z.string()).exactOptional(),
});

const SkippedSchema = z.object({
  reason: z.enum(SKIP_REASONS),
  count: z.number(),
  first: z.string(),
  last: z.string(),
});

export const GroupRecordSchema: z.ZodType<GroupRecord> = z.object({
  namespace: z.string(),
  name: z.string(),
  state: z.enum(['running', 'waiting', 'ok', 'errors', 'stopped']),
  startedAt: z.string(),
  updatedAt: z.string(),
  snapshots: z.number(),
  snapshotsDone: z.number(),
  doing: z.string().exactOptional(),
  tally: TallySchema,
  skipped: z.array(SkippedSchema),
  failures: z.array(FailureSchema),
  failureCount: z.number(),
});

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
