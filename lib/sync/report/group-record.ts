import { z } from 'zod';
import { SKIP_REASONS } from '../skip-reasons.ts';
import { BehindAtSchema } from './lag.ts';
import { count, time, type Fixed } from './members.ts';

/**
 * What one worker tells of one group, as the table keeps it and the report repeats it. The schemas are the source of the types,
 * of what is read back from the table, and of docs/report.schema.json.
 */

/** A record holds no more failures than this, which keeps it well below DynamoDB's 400 KiB an item. */
export const MAX_FAILURES = 50;

/** A record remembers so many snapshots that are under way, the oldest first. */
export const MAX_UNDER_WAY = 64;

/** Name of the record of the worker that makes namespaces; no group has a name without a slash. */
export const NAMESPACES_RECORD = 'namespaces';

/** A record or a report of before they were counted has none of the last four. */
export const RequestCountsSchema = z.object({
  ...{ list: count, head: count, get: count, put: count, copy: count, delete: count },
  throttled: count.default(0).describe('Answers that asked to slow down, and those that did not come in time'),
  retried: count.default(0).describe('Requests that were sent again'),
  waitedMs: count.default(0).describe('Milliseconds that they waited before that, summed over all that waited at once'),
  tookMs: count.default(0).describe('Milliseconds from asking to the last answer, waits included, summed likewise'),
  limitedMs: count
    .default(0)
    .describe('Milliseconds in which a worker had something wait for a limit of the configuration, summed over the workers'),
});

/** What was moved for one snapshot, or for many. */
export const MovedSchema = z.object({
  chunks: count.describe('Chunks written to the target'),
  chunksKnown: count.describe(
    'References to chunks that needed no write: the target had the chunk, or this run had just written it',
  ),
  chunksTwice: count.describe('Chunks that were read though another worker had written them by then'),
  bytes: count.describe('Stored bytes written to the target: chunks and all other objects'),
  bytesSaved: count.describe(
    'Bytes of content, before compression and encryption, of the references to chunks that needed no write: what deduplication saved',
  ),
  copied: count.default(0).describe('Objects that the provider copied itself, unverified: chunks and others'),
  verified: count.describe('Relayed chunks that were verified against their name'),
});

/** What one worker has moved so far. */
export const TallySchema = z.object({
  snapshotsCopied: count,
  snapshotsUpdated: count,
  snapshotsFailed: count,
  ...MovedSchema.shape,
  source: RequestCountsSchema.describe('Requests sent to the source, retries included'),
  target: RequestCountsSchema.describe('Requests sent to the target, retries included'),
});
/** Added to while the worker is at work. */
export type Tally = z.infer<typeof TallySchema>;

/** What was moved so far for a snapshot that is not done: the next call of its worker counts on from here. */
export const UnderWaySchema = z.object({ snapshot: z.string(), startedAt: time, moved: MovedSchema });
export type UnderWay = Fixed<z.infer<typeof UnderWaySchema>>;

/** A failure by name. */
export const FailureSchema = z.object({
  kind: z.string().describe('TransientError, DataError, ConfigError, ConflictError, WorkerDied, or the name of a bug'),
  code: z.string().describe('Stable: match on this, not on the message'),
  message: z.string().describe('One line from the outside in'),
  group: z.string().exactOptional().describe('a/b/vm/100: set where failures of several groups stand together'),
  snapshot: z.string().exactOptional(),
  archive: z.string().exactOptional(),
  digest: z.string().exactOptional().describe('Of the chunk, in hexadecimal'),
  moreDigests: z.array(z.string()).exactOptional().describe('Further damaged chunks of the same snapshot'),
  neededBy: z
    .array(z.string())
    .exactOptional()
    .describe('Other snapshots of the run that fail for one of these chunks, a/b/vm/100/2025-11-01T08:10:00Z'),
  neededByCount: count.exactOptional().describe('All of them, those that are not named included'),
});
export type Failure = Fixed<z.infer<typeof FailureSchema>>;

/** Snapshots of a group that were left out, and why. */
export const SkippedSchema = z.object({ reason: z.enum(SKIP_REASONS), count, first: z.string(), last: z.string() });
export type Skipped = Fixed<z.infer<typeof SkippedSchema>>;

/** Progress of one group in one run, and its result when `state` is neither `running` nor `waiting`. */
export const GroupRecordSchema = z.object({
  namespace: z.string().describe("The group's namespace on the source; root is empty"),
  name: z.string().describe('vm/100'),
  state: z
    .enum(['running', 'waiting', 'ok', 'errors', 'stopped'])
    .describe('running: its worker ended without a result; waiting: another run held the group'),
  startedAt: time.exactOptional().describe('When its work began; left out while it has only waited'),
  updatedAt: time,
  snapshots: count.describe('Snapshots to look at'),
  snapshotsDone: count,
  doing: z.string().exactOptional().describe('What it was at, for people: 2025-11-01T08:10:00Z chunks'),
  tally: TallySchema,
  underWay: z.array(UnderWaySchema).max(MAX_UNDER_WAY).exactOptional().describe('Snapshots that were begun and are not done'),
  skipped: z.array(SkippedSchema),
  failures: z.array(FailureSchema).max(MAX_FAILURES),
  failureCount: count.describe('All failures, those that are not named included'),
  copyRefusals: z
    .array(z.object({ code: z.string(), count }))
    .exactOptional()
    .describe('Why the provider refused to copy objects, which were relayed instead'),
  behind: BehindAtSchema.exactOptional(),
});
export type GroupRecord = Fixed<z.infer<typeof GroupRecordSchema>>;
