import { millisecondsOf } from '../schedule/duration.ts';
import { parseTimeFrame } from '../calendar/time-frame.ts';
import { parseGroupFilter } from '../sync/group-filter.ts';
import type { Job, JobFrame } from '../sync/job.ts';
import { schedulesOf } from './check-schedules.ts';
import { parseBytes, parseFrameRate, read } from './datastore-values.ts';
import type { JobDocument } from './job-schema.ts';
import { parseMaxDelete } from './max-delete.ts';
import type { JobFrameEntry } from './timetable-schema.ts';
import { backupTrigger, followedJobs } from './trigger-options.ts';

/** The members of a job that its document spells in another way, or not at all. */
type JobValues = Pick<
  Job,
  | 'groupFilter'
  | 'maxDelete'
  | 'maxDepth'
  | 'transferLast'
  | 'rateIn'
  | 'rateOut'
  | 'burstIn'
  | 'burstOut'
  | 'timetable'
  | 'scheduledTime'
  | 'schedules'
  | 'onBackup'
  | 'after'
  | 'maxLagSeconds'
>;

/** Reads from a document that has passed its schema what is text in it and more than text inside. */
export function parseValues(document: JobDocument): JobValues {
  return {
    groupFilter: document['group-filter'].map((text) => read(parseGroupFilter(text))),
    maxDelete: read(parseMaxDelete(document['max-delete'])),
    maxDepth: document['max-depth'],
    transferLast: document['transfer-last'],
    rateIn: optional(parseBytes, document['rate-in']),
    rateOut: optional(parseBytes, document['rate-out']),
    burstIn: optional(parseBytes, document['burst-in']),
    burstOut: optional(parseBytes, document['burst-out']),
    timetable: document.timetable.map(parseFrame),
    scheduledTime: document['scheduled-time'],
    schedules: schedulesOf(document),
    onBackup: backupTrigger(document) !== undefined,
    after: followedJobs(document),
    maxLagSeconds: optional((span) => millisecondsOf(span) / 1000, document['max-lag']),
  };
}

function parseFrame({ timeframe, ...rates }: JobFrameEntry): JobFrame {
  const { 'rate-in': rateIn, 'rate-out': rateOut, 'burst-in': burstIn, 'burst-out': burstOut } = rates;
  return {
    frame: read(parseTimeFrame(timeframe)),
    ...(rateIn === undefined ? {} : { rateIn: parseFrameRate(rateIn) }),
    ...(rateOut === undefined ? {} : { rateOut: parseFrameRate(rateOut) }),
    ...(burstIn === undefined ? {} : { burstIn: parseBytes(burstIn) }),
    ...(burstOut === undefined ? {} : { burstOut: parseBytes(burstOut) }),
  };
}

function optional<T, U>(parse: (value: T) => U, value: T | undefined): U | undefined {
  return value === undefined ? undefined : parse(value);
}
