import { z } from 'zod';
import { SKIP_REASONS } from '../skip-reasons.ts';
import { FailureSchema, MovedSchema } from './group-record.ts';
import { time, type Fixed } from './members.ts';

/** Why a snapshot was taken up: `corrupt` is a copy that PBS found damaged, and that is written anew. */
export const STEP_REASONS = ['new', 'gap', 'retry', 'changed', 'added', 'corrupt'] as const;

const ENDED = {
  snapshot: z.string(),
  reason: z.enum(STEP_REASONS).describe('Why it was taken up'),
  endedAt: time,
  seconds: z
    .number()
    .nonnegative()
    .describe('By the clock, from when it was begun; waits between two calls of its worker included'),
  moved: MovedSchema,
};

/**
 * What became of one snapshot that a worker took up. The table keeps one small item each, apart from the group's record: a group
 * may have 10,000 snapshots, and an item 400 KiB.
 */
export const OutcomeSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal(['copied', 'updated']), ...ENDED }),
  z.object({ outcome: z.literal('failed'), ...ENDED, failure: FailureSchema }),
  z.object({ outcome: z.literal('left-out'), ...ENDED, skipped: z.enum(SKIP_REASONS).describe('Why it was left out after all') }),
]);
export type Outcome = Fixed<z.infer<typeof OutcomeSchema>>;

/** The same in the report, where the failure itself stands with those of the run. */
export const SnapshotDetailSchema = z.discriminatedUnion('outcome', [
  OutcomeSchema.options[0],
  OutcomeSchema.options[1].extend({ failure: FailureSchema.pick({ kind: true, code: true, message: true, archive: true }) }),
  OutcomeSchema.options[2],
]);
export type SnapshotDetail = Fixed<z.infer<typeof SnapshotDetailSchema>>;
