import type { Lag } from '../../lib/sync/report/lag.ts';
import type { JobHealth } from '../../lib/sync/health/health.ts';
import type { GroupRecord } from '../../lib/sync/report/group-record.ts';
import type { RunState } from '../../lib/sync/report/report.ts';
import type { JobStatus, LiveRun, RecentRun } from '../../lib/sync/status/job-status.ts';
import { groupRecord } from '../sync/report/facts.ts';

export const NOW = Date.parse('2026-11-21T08:00:00.000Z');
const DAY_MS = 86_400_000;

const at = (beforeMs: number): string => new Date(NOW - beforeMs).toISOString();

const CURRENT: Lag = { state: 'current', seconds: 0, missing: 0, groups: 0, asOf: at(10 * 3_600_000) };

/** A run that began so many nights ago; what it took changes from night to night. */
export function runOf(job: string, night: number, state: RunState = 'ok', changes: Partial<RecentRun> = {}): RecentRun {
  const startedAt = at(night * DAY_MS + 10 * 3_600_000);
  const seconds = 120 + ((night * 7919) % 1400);
  const isOver = state !== 'running' && state !== 'waiting';
  return {
    ...{ job, id: `${startedAt.replaceAll(/[-:.]/g, '')}-${String(night).padStart(8, '0')}`, startedAt, state },
    ...{ schedule: 'main', scheduledTime: startedAt },
    ...(isOver && { endedAt: new Date(Date.parse(startedAt) + seconds * 1000).toISOString(), message: MESSAGES[state] ?? '' }),
    ...(isOver && {
      reportKey: `runs/${job}/${String(night)}/report`,
      groups: 42,
      working: 12,
      summary: summaryOf(seconds, state),
    }),
    ...changes,
  };
}

const MESSAGES: Readonly<Partial<Record<RunState, string>>> = {
  ok: 'done in 12 min 4 s: 14 snapshots copied, 3.41 GiB written (12 of 12 groups done)',
  warnings:
    'done with warnings in 9 min 1 s: 14 snapshots copied, 3.41 GiB written (12 of 12 groups done); 2 snapshots of the source older than the newest copy not on the target',
  errors: 'done with errors in 9 min 1 s: 13 snapshots copied, 2.02 GiB written (11 of 12 groups done); 1 snapshot failed',
  failed:
    'failed after 31 s: the source https://s3.example.com/pbs-main/main could not be listed: connect ETIMEDOUT 203.0.113.7:443',
  skipped: 'skipped: suspended since 2026-11-14T08:00:00.000Z by anna: the line is being mended',
  stopped: 'stopped in 2 min 10 s: 3 snapshots copied, 512 MiB written (2 of 12 groups done); the next run goes on from there',
};

function summaryOf(seconds: number, state: RunState): NonNullable<RecentRun['summary']> {
  const isGood = state === 'ok';
  return {
    ...{
      seconds,
      copied: isGood ? 14 : 0,
      updated: 0,
      failed: state === 'errors' ? 1 : 0,
      removed: 0,
      bytes: seconds * 5_242_880,
    },
    ...{ chunks: 900, groupsOk: isGood ? 12 : 0, groupsErrors: 0, groupsUnfinished: 0, failureCount: 0, missing: 0 },
  };
}

export function healthOf(job: string, lag: Lag = CURRENT, changes: Partial<JobHealth> = {}): JobHealth {
  return {
    ...{ job, at: at(0), lag, groups: [], overdue: [], maxLagSeconds: 129_600 },
    ...{ live: { waiting: 0, running: 0, workers: 0, idleLockSeconds: 0 }, standing: undefined },
    ...changes,
  };
}

/** A job that has run each night for a month, and is well unless it is said otherwise. */
export function statusOf(
  id: string,
  changes: Partial<JobStatus> = {},
  states: Readonly<Record<number, RunState>> = {},
): JobStatus {
  return {
    id,
    source: { id: 'main', place: 'https://s3.example.com/pbs-main/main' },
    target: { id: 'offsite', place: 'aws/pbs-offsite/main' },
    starts: ['at 22:00 each day, Europe/Berlin'],
    nextRun: at(-14 * 3_600_000),
    health: healthOf(id),
    live: [],
    recent: Array.from({ length: 30 }, (_, night) => runOf(id, night, states[night] ?? 'ok')),
    ...changes,
  };
}

const behind: Lag = {
  ...{ state: 'behind', seconds: 3 * 86_400 + 14_400, missing: 27, groups: 9, asOf: at(10 * 3_600_000) },
  ...{ since: at(3 * DAY_MS + 14_400_000), newest: at(11 * 3_600_000) },
};

function worker(name: string, done: number, bytes: number, doing: string): GroupRecord {
  const tally = { ...groupRecord().tally, bytes };
  return groupRecord({ namespace: 'prod/web', name, state: 'running', snapshots: 14, snapshotsDone: done, doing, tally });
}

/** A run at work with four workers. */
export function liveOf(job: string): LiveRun {
  const { job: name, id, schedule, scheduledTime } = runOf(job, 0);
  const groups = [
    ...['vm/100', 'vm/101', 'ct/200'].map((name) => groupRecord({ name, snapshots: 3, snapshotsDone: 3 })),
    worker('vm/1003', 4, 734_003_200, '2026-11-20T22:00:03Z drive-scsi0.img.fidx: 1.2 GiB of 4 GiB'),
    worker('vm/1010', 0, 12_582_912, '2026-11-19T22:00:03Z chunks'),
    worker('ct/215', 13, 2_147_483_648, '2026-11-20T22:00:03Z root.pxar.didx'),
    worker('host/db-primary-with-a-long-name', 1, 4096, '2026-11-20T22:00:03Z catalog.pcat1.didx'),
  ];
  const startedAt = at(14 * 60_000);
  const run = {
    job: name,
    id,
    ...(schedule !== undefined && { schedule }),
    ...(scheduledTime !== undefined && { scheduledTime }),
  };
  return { run: { ...run, startedAt, state: 'running', planKey: 'plan', groups: 42, working: 12 }, groups, stopAsked: false };
}

/** Three jobs as a small house has them: one well, one that failed for three nights, one at work. */
export function threeStatuses(): readonly JobStatus[] {
  const live = liveOf('archive-third-site');
  return [
    statusOf('daily-offsite'),
    statusOf(
      'db-offsite',
      { health: healthOf('db-offsite', behind) },
      { 0: 'failed', 1: 'failed', 2: 'failed', 9: 'errors', 14: 'warnings' },
    ),
    statusOf(
      'archive-third-site',
      { live: [live], starts: ['after daily-offsite'], recent: [live.run, ...statusOf('archive-third-site').recent.slice(1)] },
      { 5: 'stopped', 6: 'skipped' },
    ),
  ];
}

/** As many as a provider has for its customers, each with its month of nights; some of them are in every kind of trouble. */
export function manyStatuses(count: number): readonly JobStatus[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `customer-${String(index).padStart(3, '0')}-offsite`;
    if (index % 41 === 7) return statusOf(id, { health: healthOf(id, behind) }, { 0: 'failed', 1: 'failed', 2: 'failed' });
    if (index % 37 === 5) return statusOf(id, {}, { 0: 'errors', 4: 'errors' });
    if (index % 53 === 11)
      return statusOf(id, {
        health: healthOf(id, CURRENT, { overdue: [{ schedule: 'main', due: at(9 * 3_600_000), seconds: 32_400 }] }),
      });
    if (index % 29 === 3)
      return statusOf(
        id,
        { suspension: { since: at(7 * DAY_MS), by: 'anna', reason: 'the line is being mended' } },
        { 0: 'skipped', 1: 'skipped' },
      );
    if (index % 31 === 2) return statusOf(id, { live: [liveOf(id)] });
    if (index === 13) return statusOf(id, { recent: [], health: healthOf(id, { state: 'unknown', missing: 0, groups: 0 }) });
    return statusOf(id);
  });
}
