import type { Group } from '../../datastore/group.ts';
import type { FlotillaEvent } from '../event/event.ts';
import type { OverdueTick } from '../event/tick-overdue.ts';
import type { BehindAt, Lag } from '../report/lag.ts';

/** A group and what was known of it at a time (ISO 8601); up to date groups that had work lately are among them, with nothing missing. */
export interface GroupBehind extends BehindAt {
  readonly group: Group;
}

/** Sums over all runs of a job since its table began; what a run did counts once, each of its ends does. */
export interface Totals {
  /** Ended runs by state. */
  readonly runs: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly bytes: number;
  readonly chunks: number;
  /** Snapshots by what became of them: copied, updated, failed, removed. */
  readonly snapshots: Readonly<Record<string, number>>;
  /** Groups with work by how they ended: ok, errors, unfinished. */
  readonly groups: Readonly<Record<string, number>>;
  /** Requests by side and operation: `source get`, `target put`. */
  readonly requests: Readonly<Record<string, number>>;
  /** By side: `source`, `target`. */
  readonly throttled: Readonly<Record<string, number>>;
  readonly retried: Readonly<Record<string, number>>;
  /** Failures by kind. */
  readonly errors: Readonly<Record<string, number>>;
}

/** What is known of a job over all its runs; kept in the table, changed by one conditional write at a time. Times are ISO 8601, UTC. */
export interface Standing {
  /** Raised by each write. */
  readonly revision: number;
  /** When it was written. */
  readonly changedAt: string;
  /** The last ends of runs that are counted, `<run> <state>`, the latest last. */
  readonly counted: readonly string[];
  readonly totals: Totals;
  /** What is in `totals` of the last runs that ended: a run that is begun again ends again, and has done all of this by then. */
  readonly sums?: readonly { readonly run: string; readonly totals: Totals }[];
  /** When both sides were last listed, all of the job in one run. */
  readonly asOf?: string;
  /** Since when no run got as far as that, where one could not; left out once one did. */
  readonly blindSince?: string;
  /** The last run that ended ok or with warnings, no dry run. */
  readonly lastGood?: { readonly id: string; readonly startedAt: string; readonly endedAt: string };
  /** Since when lag is over max-lag; left out while it is not. */
  readonly lagRaised?: string;
  /** How often it was raised so far: names the event. */
  readonly lagRaises?: number;
  /** By schedule: what makes its times (`timesText`), and since when its ticks are watched for. */
  readonly watched?: Readonly<Record<string, { readonly times: string; readonly since: string }>>;
  /** By schedule: the tick that was told to be overdue. */
  readonly overdueTold?: Readonly<Record<string, string>>;
  /** What follows from the last writes and was not told for certain: whoever writes next tells it (`untold.ts`). */
  readonly untold?: readonly FlotillaEvent[];
}

/** How a job stands at one moment, between and during runs. */
export interface JobHealth {
  readonly job: string;
  /** ISO 8601. */
  readonly at: string;
  readonly lag: Lag;
  /** Left out where the job has none. */
  readonly maxLagSeconds?: number;
  readonly groups: readonly GroupBehind[];
  readonly overdue: readonly OverdueTick[];
  /** Runs that wait or are at work, workers with a group, and for how long the one that showed no progress for longest has held its lock. */
  readonly live: {
    readonly waiting: number;
    readonly running: number;
    readonly workers: number;
    readonly idleLockSeconds: number;
  };
  /** Undefined before the first run ended, or the first watch. */
  readonly standing: Standing | undefined;
}
