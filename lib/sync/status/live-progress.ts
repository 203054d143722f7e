import type { GroupRecord } from '../report/group-record.ts';
import type { LiveRun } from './job-status.ts';

/** How far a run is; what is not known before it is planned is left out. */
export interface LiveProgress {
  /** Groups that have work. */
  readonly groups?: number;
  readonly done: number;
  /** Groups that workers are at. */
  readonly working: readonly GroupRecord[];
  /** Written to the target so far. */
  readonly bytes: number;
  /** Since it started. */
  readonly seconds: number;
}

/** `now` is epoch milliseconds. */
export function liveProgress({ run, groups = [] }: LiveRun, now: number): LiveProgress {
  const working = groups.filter(({ state }) => state === 'running');
  return {
    ...(run.working !== undefined && { groups: run.working }),
    done: groups.filter(({ state }) => state !== 'running' && state !== 'waiting').length,
    working,
    bytes: groups.reduce((sum, { tally }) => sum + tally.bytes, 0),
    seconds: Math.max(0, (now - Date.parse(run.startedAt)) / 1000),
  };
}
