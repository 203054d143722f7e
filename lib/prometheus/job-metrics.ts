import { REQUEST_KINDS } from '../datastore/object-store.ts';
import { endedWell } from '../sync/report/report.ts';
import type { Totals } from '../sync/health/health.ts';
import type { RecentRun } from '../sync/status/job-status.ts';
import type { Family, Sample } from './exposition.ts';
import { epochSeconds, lastMeasured, type JobNumbers } from './job-numbers.ts';

/** A metric with one series a job, or a few. */
export interface JobMetric extends Family {
  readonly samples: (numbers: JobNumbers) => readonly Sample[];
}

const RUN_ENDS = ['ok', 'warnings', 'errors', 'failed', 'stopped', 'skipped'];
const SNAPSHOT_ENDS = ['copied', 'updated', 'failed', 'removed'];
const GROUP_ENDS = ['ok', 'errors', 'unfinished'];
const FAILURE_KINDS = ['TransientError', 'DataError', 'ConfigError', 'ConflictError', 'WorkerDied'];
const SIDES = ['source', 'target'];

/** A gauge of one series a job; none where there is nothing to tell. */
function gauge(name: string, help: string, value: (numbers: JobNumbers) => number | undefined): JobMetric {
  const samples = (numbers: JobNumbers): readonly Sample[] => {
    const told = value(numbers);
    return told === undefined ? [] : [{ labels: { job: numbers.health.job }, value: told }];
  };
  return { name, type: 'gauge', help, samples };
}

function counter(name: string, help: string, value: (totals: Totals) => number): JobMetric {
  const samples = ({ health }: JobNumbers): readonly Sample[] => [
    { labels: { job: health.job }, value: health.standing === undefined ? 0 : value(health.standing.totals) },
  ];
  return { name, type: 'counter', help, samples };
}

interface By {
  readonly label: string;
  /** Series that are there from the start: `increase` sees no step from nothing to one. */
  readonly known: readonly string[];
  readonly counts: (totals: Totals) => Readonly<Record<string, number>>;
}

function counterBy(name: string, help: string, { label, known, counts }: By): JobMetric {
  const zeros = Object.fromEntries(known.map((key) => [key, 0]));
  const samples = ({ health }: JobNumbers): readonly Sample[] => {
    const told = { ...zeros, ...(health.standing && counts(health.standing.totals)) };
    return Object.entries(told).map(([key, value]) => ({ labels: { job: health.job, [label]: key }, value }));
  };
  return { name, type: 'counter', help, samples };
}

/** `source get` of the totals as two labels. */
function requestsMetric(name: string, help: string): JobMetric {
  const known = SIDES.flatMap((side) => REQUEST_KINDS.map((kind) => `${side} ${kind}`));
  const { samples, ...family } = counterBy(name, help, { label: 'request', known, counts: ({ requests }) => requests });
  return {
    ...family,
    samples: (numbers) =>
      samples(numbers).map(({ labels, value }) => {
        const [side = '', operation = ''] = (labels['request'] ?? '').split(' ');
        return { labels: { job: numbers.health.job, side, operation }, value };
      }),
  };
}

const time = (at: string | undefined): number | undefined => (at === undefined ? undefined : epochSeconds(at));

const STANDING: readonly JobMetric[] = [
  gauge(
    'flotilla_lag_seconds',
    'Age of the oldest source snapshot that is newer than the newest copy of its group. While flotilla_lag_unknown is 1, seconds since the source was last looked at.',
    ({ health }) => health.lag.seconds,
  ),
  gauge('flotilla_lag_unknown', '1 while the source cannot be looked at, so that the lag is not known.', ({ health }) =>
    Number(health.lag.state === 'unknown'),
  ),
  gauge('flotilla_max_lag_seconds', 'The max-lag of the job.', ({ health }) => health.maxLagSeconds),
  gauge(
    'flotilla_missing_snapshots',
    'Source snapshots that the job would copy and the target lacks.',
    ({ health }) => health.lag.missing,
  ),
  gauge('flotilla_groups_behind', 'Groups that lack a snapshot on the target.', ({ health }) => health.lag.groups),
  gauge(
    'flotilla_oldest_missing_timestamp_seconds',
    'Backup time of the oldest source snapshot that is newer than the newest copy of its group; none while nothing is missing.',
    ({ health }) => time(health.lag.since),
  ),
  gauge('flotilla_last_look_timestamp_seconds', 'When both sides were last listed, all of the job in one run.', ({ health }) =>
    time(health.lag.asOf),
  ),
  gauge(
    'flotilla_overdue_seconds',
    'For how long a time of the schedule has been due that no run came for; 0 where none is.',
    ({ health }) => Math.max(0, ...health.overdue.map(({ seconds }) => seconds)),
  ),
];

const STARTS: readonly JobMetric[] = [
  gauge(
    'flotilla_next_run_timestamp_seconds',
    'When a schedule starts the next run; none while the job is suspended.',
    ({ nextRun }) => time(nextRun),
  ),
  gauge('flotilla_suspended', '1 while the job is suspended, so that it starts nothing by itself.', ({ suspension }) =>
    Number(suspension !== undefined),
  ),
];

const LIVE: readonly JobMetric[] = [
  gauge('flotilla_workers', 'Groups that are being synced now.', ({ health }) => health.live.workers),
  gauge('flotilla_runs_running', 'Runs that are at work now.', ({ health }) => health.live.running),
  gauge('flotilla_runs_waiting', 'Runs that wait for their turn now.', ({ health }) => health.live.waiting),
  gauge(
    'flotilla_lock_idle_seconds',
    'For how long a lock has been held by the worker that has shown no progress for longest.',
    ({ health }) => health.live.idleLockSeconds,
  ),
];

/** None before the first run. */
function lastRunGauge(name: string, help: string, value: (run: RecentRun) => number | undefined): JobMetric {
  return gauge(name, help, (numbers) => {
    const run = lastMeasured(numbers);
    return run && value(run);
  });
}

const LAST_RUN: readonly JobMetric[] = [
  lastRunGauge('flotilla_last_run_timestamp_seconds', 'When the last run ended; skipped runs and dry runs are left out.', (run) =>
    time(run.endedAt),
  ),
  gauge('flotilla_last_success_timestamp_seconds', 'When the last run ended that was ok or had warnings only.', ({ health }) =>
    time(health.standing?.lastGood?.endedAt),
  ),
  lastRunGauge('flotilla_last_run_success', 'Whether the last run was ok or had warnings only.', ({ state }) =>
    Number(endedWell(state)),
  ),
  lastRunGauge('flotilla_run_duration_seconds', 'Duration of the last run.', ({ summary }) => summary?.seconds),
  lastRunGauge('pbs_sync_duration_seconds', 'Duration of the last run.', ({ summary }) => summary?.seconds),
  lastRunGauge(
    'pbs_sync_transferred_bytes',
    'Stored bytes that the last run wrote to the target.',
    ({ summary }) => summary?.bytes,
  ),
];

const TOTALS: readonly JobMetric[] = [
  counterBy('flotilla_runs_total', 'Runs that ended, by state.', { label: 'state', known: RUN_ENDS, counts: ({ runs }) => runs }),
  counter('flotilla_run_seconds_total', 'Duration of all runs.', ({ seconds }) => seconds),
  counter('flotilla_transferred_bytes_total', 'Stored bytes written to the target.', ({ bytes }) => bytes),
  counter('flotilla_chunks_total', 'Chunks written to the target.', ({ chunks }) => chunks),
  counterBy('flotilla_groups_total', 'Groups that had work, by how they ended.', {
    ...{ label: 'state', known: GROUP_ENDS, counts: ({ groups }) => groups },
  }),
  counterBy('flotilla_snapshots_total', 'Snapshots by what became of them.', {
    ...{ label: 'state', known: SNAPSHOT_ENDS, counts: ({ snapshots }) => snapshots },
  }),
  counterBy('flotilla_errors_total', 'Failures by kind.', {
    label: 'kind',
    known: FAILURE_KINDS,
    counts: ({ errors }) => errors,
  }),
  requestsMetric('flotilla_requests_total', 'Requests sent, retries included.'),
  counterBy('flotilla_throttles_total', 'Answers that asked to slow down, and those that did not come in time.', {
    ...{ label: 'side', known: SIDES, counts: ({ throttled }) => throttled },
  }),
  counterBy('flotilla_retries_total', 'Requests that were sent again.', {
    label: 'side',
    known: SIDES,
    counts: ({ retried }) => retried,
  }),
];

/** All metrics of a job, in the order of the text. */
export const JOB_METRICS: readonly JobMetric[] = [...STANDING, ...STARTS, ...LIVE, ...LAST_RUN, ...TOTALS];
