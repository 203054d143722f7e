import type { GroupBehind, JobHealth, Standing } from '../../lib/sync/health/health.ts';
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
  const lastRun = { state: 'ok', endedAt: '2026-11-21T02:01:40.000Z', seconds: 100, bytes: 2048 } as const;
  return { health: health(job, changes), lastRun };
}

/** A job that no run has ended of. */
export function newcomer(job: string): JobNumbers {
  const lag = { state: 'unknown', missing: 0, groups: 0 } as const;
  return { health: health(job, { lag, groups: [], standing: undefined }) };
}
