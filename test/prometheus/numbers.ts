import type { GroupBehind, JobHealth, Standing } from '../../lib/sync/health/health.ts';
import type { RunState } from '../../lib/sync/report/report.ts';
import type { RunRecord } from '../../lib/sync/run-store.ts';
import type { JobNumbers } from '../../lib/prometheus/job-numbers.ts';

export const AT = '2026-11-21T08:00:00.000Z';

export function groupBehind(name: string, changes: Partial<GroupBehind> = {}): GroupBehind {
  return { group: { namespace: '', name }, missing: 0, at: AT, ...changes };
}

/** A standing after two runs, the last one good. */
export function standing(): Standing {
  return {
    revision: 2,
    changedAt: '2025-11-03T22:05:00.000Z',
    counted: ['run-1', 'run-2'],
    totals: {
      ...{ runs: { ok: 1, failed: 1 }, seconds: 130.5, bytes: 4096, chunks: 3 },
      ...{ snapshots: { copied: 2 }, groups: { ok: 1 }, requests: { 'source get': 3, 'target put': 5 } },
      ...{ throttled: { target: 1 }, retried: { target: 2 }, errors: { DataError: 1, RangeError: 1 } },
    },
    asOf: '2026-11-21T02:00:00.000Z',
    lastGood: { id: 'run-2', startedAt: '2026-11-21T02:00:00.000Z', endedAt: '2026-11-21T02:01:40.000Z' },
  };
}

/** A job that is ten hours behind with one group, and nothing at work. */
export function health(job: string, changes: Partial<JobHealth> = {}): JobHealth {
  return {
    ...{ job, at: AT },
    lag: {
      ...{ state: 'behind', seconds: 36_000, missing: 2, groups: 1, asOf: '2026-11-21T02:00:00.000Z' },
      ...{ since: '2026-11-20T22:00:00.000Z', newest: '2026-11-21T01:00:00.000Z' },
    },
    groups: [groupBehind('vm/100', { missing: 2, since: '2026-11-20T22:00:00.000Z' }), groupBehind('vm/101')],
    overdue: [],
    live: { waiting: 0, running: 0, workers: 0, idleLockSeconds: 0 },
    standing: standing(),
    ...changes,
  };
}

export function numbers(job: string, changes: Partial<JobHealth> = {}): JobNumbers {
  const begun = (id: string, state: RunState, hour: string): RunRecord => ({
    ...{ job, id, state, startedAt: `2026-11-21T${hour}:00:00.000Z` },
  });
  const ended = (id: string, state: RunState, hour: string): RunRecord => ({
    ...begun(id, state, hour),
    endedAt: `2026-11-21T${hour}:01:40.000Z`,
    summary: {
      ...{ seconds: 100, copied: 2, updated: 0, failed: 0, removed: 0, bytes: 2048, chunks: 3 },
      ...{ groupsOk: 1, groupsErrors: 0, groupsUnfinished: 0, failureCount: 0, missing: 0 },
    },
  });
  const recent = [
    ...[begun('run-5', 'running', '07'), ended('run-4', 'skipped', '06'), { ...ended('run-3', 'failed', '05'), dryRun: true }],
    ...[ended('run-2', 'ok', '02'), ended('run-1', 'failed', '01')],
  ];
  return { health: health(job, changes), recent, nextRun: '2026-11-22T02:00:00.000Z' };
}

/** A job that no run has ended of. */
export function newcomer(job: string): JobNumbers {
  const lag = { state: 'unknown', missing: 0, groups: 0 } as const;
  return { health: health(job, { lag, groups: [], standing: undefined }), recent: [] };
}
