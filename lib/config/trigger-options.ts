import { z } from 'zod';
import { millisecondsOf } from '../schedule/duration.ts';
import { span } from './span.ts';

/** The longest time for which an EventBridge pipe gathers what it hands on. */
const MAX_SETTLE_MS = 300_000;
/** Each poll lists all of a source's metadata. */
const MIN_POLL_MS = 10_000;

/** When backups of the source start runs of the job, in milliseconds; undefined: they start none. */
export function backupTrigger({
  trigger,
  settle,
  poll,
}: {
  readonly trigger?: string;
  readonly settle: string;
  readonly poll: string;
}): BackupTrigger | undefined {
  return trigger === undefined ? undefined : { settleMs: millisecondsOf(settle), pollMs: millisecondsOf(poll) };
}

interface BackupTrigger {
  readonly settleMs: number;
  readonly pollMs: number;
}

const error = 'is neither the id of a job nor a list of such; write after: nightly, or after: [nightly, weekly]';

/** What starts the runs of a job beside its schedule. */
export const triggerOptions = {
  trigger: z.enum(['on-backup']).exactOptional().meta({
    description:
      '`on-backup` starts a run for just the groups that were backed up, each time the source is written: by the events of its bucket in AWS, by a poll in `flotilla serve`. Give the job a `schedule` too, of a day or a week: only a run of all groups knows that none is missing.',
  }),
  settle: span('How long the backups that `trigger` hears of are gathered before a run starts: up to 5 minutes.', {
    most: MAX_SETTLE_MS,
    examples: ['2m'],
  }).default('2m'),
  poll: span('How often `flotilla serve` asks the source for new backups, where `trigger` is set.', {
    least: MIN_POLL_MS,
    examples: ['5m'],
  }).default('5m'),
  after: z
    .union([z.string(), z.array(z.string()).min(1)], { error })
    .exactOptional()
    .meta({
      description:
        'A job, or a list of jobs: each of its runs that ends well (dry runs apart) starts a run of this job, so that a chain of sites is kept up.',
      examples: ['nightly', ['nightly', 'weekly']],
    }),
};

/** The jobs that a job comes after. */
export function followedJobs({ after }: { readonly after?: string | readonly string[] }): readonly string[] {
  if (after === undefined) return [];
  return typeof after === 'string' ? [after] : [...new Set(after)];
}
