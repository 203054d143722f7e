import type { VerifyMode } from '../datastore/layout.ts';
import type { DatastoreLocation, FrameRate } from '../datastore/location.ts';
import type { TimeFrame } from '../calendar/time-frame.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { GroupFilter } from './group-filter.ts';

export const TRANSFER_MODES = ['relay', 'copy', 'auto'] as const;
export type TransferMode = (typeof TRANSFER_MODES)[number];

export const TARGET_IN_USE = ['refuse', 'allow'] as const;
export type TargetInUse = (typeof TARGET_IN_USE)[number];

/** What a run does when other runs of its job are there already. */
export const OVERLAPS = ['skip', 'queue', 'parallel'] as const;
export type Overlap = (typeof OVERLAPS)[number];

/** Small objects over a far link need hundreds at once; more than these, a thread of Node can hardly serve. */
export const MAX_TRANSFERS_IN_FLIGHT = 256;

/** How much one run may remove: a share (0 to 1) of the snapshots that the source held at the last good run, or a number of them. */
export type MaxDelete = { readonly kind: 'share'; readonly share: number } | { readonly kind: 'count'; readonly count: number };

/** Rates of a job by time: each holds in place of the job's while it is the first whose frame it is and that says it. */
export interface JobFrame {
  readonly frame: TimeFrame;
  readonly rateIn?: FrameRate;
  readonly burstIn?: number;
  readonly rateOut?: FrameRate;
  readonly burstOut?: number;
}

/** One job with the overrides of one run merged in: all that a run needs to know of the configuration. */
export interface Job {
  readonly id: string;
  readonly source: DatastoreLocation;
  readonly target: DatastoreLocation;
  /** Anchor on the source; its groups and the namespaces below it are synced. Root is ''. */
  readonly namespace: string;
  /** Anchor on the target. */
  readonly targetNamespace: string;
  /** Levels of namespaces below the anchor, 0 to 7; 0 is the anchor alone, undefined all of them. */
  readonly maxDepth: number | undefined;
  /** Which groups: `matchesFilters` of `group-filter.ts`. None is all. */
  readonly groupFilter: readonly GroupFilter[];
  /** Only the newest so many snapshots of a group, at least 1; undefined is all. */
  readonly transferLast: number | undefined;
  /** Only snapshots that PBS has verified without a fault. */
  readonly verifiedOnly: boolean;
  /** Only snapshots all of whose archives are encrypted. */
  readonly encryptedOnly: boolean;
  /** Whether to replace snapshots of the target that failed their verification or whose manifest cannot be read. */
  readonly resyncCorrupt: boolean;
  /** Who owns new groups on the target: 'source' is who owns them on the source, else an auth id `user@realm[!token]`. */
  readonly owner: string;
  /** Whether to copy too what is older than the newest snapshot on the target and missing there. */
  readonly fillGaps: boolean;
  /** Whether notes and protection follow the source for snapshots that are copied already. */
  readonly carryMarks: boolean;
  /** Whether to remove from the target what the source no longer has. */
  readonly removeVanished: boolean;
  /** More than this is not removed by one run. */
  readonly maxDelete: MaxDelete;
  /** Whether what a filter does not let pass counts as vanished. */
  readonly vanishedByFilter: boolean;
  /** What to do where a PBS has the target attached. */
  readonly targetInUse: TargetInUse;
  /** Groups synced at once: the lower of the job's and the settings' limit. It is the Map's concurrency, not node:worker_threads. */
  readonly workerThreads: number;
  /** What the job or the run asked for, before the settings' limit. */
  readonly workerThreadsWanted: number;
  /** At most so many groups start in any window of `startBatchPeriod` seconds, over all runs on the target; 0 is no limit. */
  readonly startBatchSize: number;
  readonly startBatchPeriod: number;
  /** Transfers at once inside one worker, 1 to `MAX_TRANSFERS_IN_FLIGHT`; `auto` finds out how many. */
  readonly transfersInFlight: number | 'auto';
  readonly transferMode: TransferMode;
  readonly verify: VerifyMode;
  /** Bytes per second of the whole job, over all its workers: `in` is what is read, `out` what is written. Undefined is no limit. */
  readonly rateIn: number | undefined;
  readonly rateOut: number | undefined;
  /** Bytes that may go at once before the rate holds; undefined, or less, is one second of the rate. */
  readonly burstIn: number | undefined;
  readonly burstOut: number | undefined;
  readonly timetable: readonly JobFrame[];
  /** IANA name of the time zone of `timetable`, and of schedules that have none of their own. */
  readonly timezone: string;
  /** Skip this run, let it wait for all of another, or only for its planning. */
  readonly overlap: Overlap;
  /** So many runs wait at most, 0 to 100; one more is skipped. */
  readonly queueDepth: number;
  /** ISO 8601: the tick that this run serves; undefined: nothing scheduled it. */
  readonly scheduledTime: string | undefined;
  /** When it runs by itself. */
  readonly schedules: readonly Schedule[];
  /** Whether each backup of the source starts a run of it. */
  readonly onBackup: boolean;
  /** The jobs whose runs, when they end well, start one of it. */
  readonly after: readonly string[];
  /** The copy may be so many seconds behind; undefined: that is never told. */
  readonly maxLagSeconds: number | undefined;
  /** Stop after planning. */
  readonly dryRun: boolean;
}
