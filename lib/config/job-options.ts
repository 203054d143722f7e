import { z } from 'zod';
import { VERIFY_MODES } from '../datastore/layout.ts';
import { parseGroupFilter } from '../sync/group-filter.ts';
import { DEFAULT_NOTIFY_MODE, NOTIFY_MODES } from '../notify/target.ts';
import { MAX_TRANSFERS_IN_FLIGHT, OVERLAPS, TARGET_IN_USE, TRANSFER_MODES } from '../sync/job.ts';
import { humanByte, maxDelete } from './amounts.ts';
import { checkNamespace, checkOwner, checkTime, text, wordOrInteger } from './formats.ts';
import { span } from './span.ts';
import { scheduleName, scheduleOptions } from './schedule-schema.ts';
import { jobTimetable, timezoneOf } from './timetable-schema.ts';
import { triggerOptions } from './trigger-options.ts';

/**
 * The options of a job. One entry here (and its member in `sync/job.ts`) gives the key in the configuration file, its JSON
 * Schema and row in the documentation, the override of one run, the flag of the command line and the way into `Job`.
 */

/** No look at a job is more frequent. */
const MIN_MAX_LAG_MS = 60_000;

const placement = {
  namespace: text(checkNamespace, {
    description: 'Anchor on the source: its groups and those of all namespaces below it are synced. Root is `""`.',
  }).default(''),
  'target-namespace': text(checkNamespace, { description: 'Anchor on the target, in place of the one on the source.' }).default(
    '',
  ),
  'target-in-use': z.enum(TARGET_IN_USE).default('refuse').meta({
    description:
      'What to do where a PBS has the target attached, whose garbage collection deletes what it does not know: `refuse` to run, or `allow` it, when that PBS is refreshed after each run.',
  }),
  timetable: jobTimetable,
  timezone: timezoneOf('`schedule` and `timetable`').default('UTC'),
  ...triggerOptions,
};

/** Which groups and snapshots are synced. */
const selection = {
  'max-depth': z.int().min(0).max(7).exactOptional().meta({
    description: 'How many levels of namespaces below the anchor are synced; `0` is the anchor alone. Left out: all of them.',
  }),
  'group-filter': z
    .array(text(groupFilterProblem, { description: 'One filter.', examples: ['type:vm', 'exclude:group:vm/100'] }))
    .default([])
    .meta({
      description:
        'Which groups are synced: `type:vm`, `group:vm/100` or `regex:^vm/1`, with `include:` (or nothing) or `exclude:` before it. All that an include filter matches (or all, without one), but for what an exclude filter matches.',
      examples: [['type:vm', 'exclude:group:vm/100']],
    }),
  'transfer-last': z
    .int()
    .min(1)
    .exactOptional()
    .meta({ description: 'Only the newest so many snapshots of each group. Left out: all of them.' }),
  'verified-only': z.boolean().default(false).meta({ description: 'Only snapshots that PBS has verified without a fault.' }),
  'encrypted-only': z.boolean().default(false).meta({ description: 'Only snapshots whose archives are all encrypted.' }),
};

/** What is done to the target. */
const treatment = {
  'resync-corrupt': z.boolean().default(false).meta({
    description:
      'Copy anew the snapshots of the target that failed their verification or whose manifest cannot be read. Reads the manifest of every copy in each run.',
  }),
  owner: text(checkOwner, {
    description:
      'Who owns new groups on the target: `source` for who owns them on the source, or `user@realm` or `user@realm!token`. A group that belongs to someone else is not touched.',
    examples: ['source', 'backup@pbs'],
  }).default('source'),
  'fill-gaps': z.boolean().default(false).meta({
    description: 'Copy too what is older than the newest snapshot on the target and missing there.',
  }),
  'carry-marks': z.boolean().default(true).meta({
    description:
      'Whether notes and protection follow the source for snapshots that are copied already. A mark set on the target alone is kept.',
  }),
  'remove-vanished': z
    .boolean()
    .default(false)
    .meta({ description: 'Remove from the target what the source no longer has. Snapshots protected on the target are kept.' }),
  'max-delete': maxDelete(
    'The most snapshots that one run removes: a share of what the source held at the last good run, or a number. A run that would remove more, or whose source has lost more, removes none.',
  ).default('25%'),
  'vanished-by-filter': z.boolean().default(false).meta({
    description: "Whether what a filter does not let pass counts as vanished, which is PBS's way.",
  }),
};

/** How fast it goes. */
const speed = {
  'worker-threads': z
    .int()
    .min(1)
    .max(1000)
    .default(4)
    .meta({ description: 'How many groups are synced at once. `max-worker-threads` of the settings is the ceiling.' }),
  'start-batch-size': z.int().min(0).max(1000).default(10).meta({
    description:
      'At most so many groups start in any window of `start-batch-period`, over all workers and all runs on one target; `0` is no limit. The others wait in the state machine.',
  }),
  'start-batch-period': z
    .int()
    .min(1)
    .max(3600)
    .default(1)
    .meta({ description: 'The length of the window of `start-batch-size`, in seconds.' }),
  'transfers-in-flight': wordOrInteger('auto', { min: 1, max: MAX_TRANSFERS_IN_FLIGHT }).default('auto').meta({
    description:
      'How many objects one worker moves at once. `auto` begins with a few, adds more while that makes the whole faster, and keeps to what link and provider bear. A number is kept, but for while a provider asks to slow down. What they take of memory is bounded either way.',
  }),
  'transfer-mode': z.enum(TRANSFER_MODES).default('relay').meta({
    description:
      '`relay` reads every object, verifies it and writes it; `copy` lets the provider copy, unverified, where one principal may read the source and write the target on the same endpoint, and relays what it refuses to copy; `auto` copies where that can be, if `verify` is not `full` and the first object of a group is copied, and relays elsewhere.',
  }),
  verify: z.enum(VERIFY_MODES).default('full').meta({
    description:
      'How chunks are verified on their way: `full` reads the content of those that are not encrypted and compares it with the digest that names it, `crc` checks only that the stored bytes are undamaged, for less than half of the processor time.',
  }),
  'rate-in': humanByte(
    'What all workers of the job together may read from the source in one second. Left out: no limit.',
  ).exactOptional(),
  'burst-in': humanByte(
    'What may be read at once before `rate-in` holds, after a time of less. Left out, or less: what it allows in one second.',
  ).exactOptional(),
  'rate-out': humanByte(
    'What all workers of the job together may write to the target in one second. Left out: no limit.',
  ).exactOptional(),
  'burst-out': humanByte(
    'What may be written at once before `rate-out` holds, after a time of less. Left out, or less: what it allows in one second.',
  ).exactOptional(),
};

/** What becomes of a run that starts while others of its job are there. */
const overlapping = {
  overlap: z.enum(OVERLAPS).default('queue').meta({
    description:
      'What a run does while another run of its job is at work: `queue` waits for its end, `parallel` only until it has planned, and waits for each group that it holds, and `skip` is not run, which is recorded.',
  }),
  'queue-depth': z.int().min(0).max(100).default(1).meta({
    description:
      'How many runs of a job wait for their turn, with `queue` or `parallel`. One more is skipped, which is recorded.',
  }),
};

/** Who hears of the job, and what is worth telling. */
const hearing = {
  'notify-mode': z.enum(NOTIFY_MODES).default(DEFAULT_NOTIFY_MODE).meta({
    description:
      'How much the targets of `notify` hear of the job: `always` of the end of each run, `error` of each one that failed, `on-change` of the first one that failed and of its recovery, `never` nothing.',
  }),
  'max-lag': span(
    'How far the copy may be behind before that is told, and an alarm goes off: the age of the oldest snapshot of the source that is newer than the newest copy of its group. Longer than the time between two runs and that of a run. Left out: it is measured, and never too long.',
    { least: MIN_MAX_LAG_MS, examples: ['26h', '2d'] },
  ).exactOptional(),
};

/** Given by the configuration file, and by one run in its place. */
export const overridableOptions = { ...selection, ...treatment, ...speed, ...overlapping };

/** Given by the configuration file alone: what they say belongs to the job, or to how its target is operated. */
export const fixedOptions = { ...placement, ...hearing, ...scheduleOptions(overridableOptions) };

/** Given by one run alone. */
export const runOptions = {
  'dry-run': z.boolean().default(false).meta({ description: 'Plan only: say what the run would do, and change nothing.' }),
  'scheduled-time': text(checkTime, {
    description: 'The tick that this run serves, ISO 8601, set by the scheduler. A second run for the same tick is skipped.',
  }).exactOptional(),
  'schedule-name': scheduleName('Which schedule of the job the tick is of, set by the scheduler.').exactOptional(),
  'pending-only': z.boolean().exactOptional().meta({
    description:
      'Only the groups of which backups were written since, as far as that was heard: what the trigger `on-backup` starts. Removes nothing.',
  }),
  'after-run': z.string().min(1).exactOptional().meta({
    description: 'The run that this one comes after, `<job>/<run>`, set by the trigger `after`. A second run for it is skipped.',
  }),
};

function groupFilterProblem(filter: string): string | undefined {
  const parsed = parseGroupFilter(filter);
  return 'problem' in parsed ? parsed.problem : undefined;
}
