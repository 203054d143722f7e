/** Where Flotilla's metrics are in CloudWatch; each has the dimension `job`, and those that `by` names beside it. */
export const METRIC_NAMESPACE = 'Flotilla';

export interface CloudMetric {
  readonly name: string;
  readonly unit: 'Seconds' | 'Bytes' | 'Count';
  /** A second dimension: what it is counted by, in one series each beside their sum. */
  readonly by?: string;
  /** Whether there is a series without the second dimension too. */
  readonly sum?: true;
}

/** Told once by each run that ended. */
export const RUN_METRICS = {
  runs: { name: 'Runs', unit: 'Count', by: 'state' },
  succeeded: { name: 'RunSucceeded', unit: 'Count' },
  seconds: { name: 'RunSeconds', unit: 'Seconds' },
  bytes: { name: 'BytesTransferred', unit: 'Bytes' },
  chunks: { name: 'ChunksTransferred', unit: 'Count' },
  requests: { name: 'Requests', unit: 'Count', by: 'operation', sum: true },
  throttles: { name: 'Throttles', unit: 'Count' },
  errors: { name: 'Errors', unit: 'Count', by: 'kind', sum: true },
  groups: { name: 'Groups', unit: 'Count', by: 'state' },
  snapshots: { name: 'Snapshots', unit: 'Count', by: 'state' },
  pbsSeconds: { name: 'pbs_sync_duration_seconds', unit: 'Seconds' },
  pbsBytes: { name: 'pbs_sync_transferred_bytes', unit: 'Bytes' },
} as const satisfies Record<string, CloudMetric>;

/** Told every time a job is watched. */
export const HEALTH_METRICS = {
  lag: { name: 'LagSeconds', unit: 'Seconds' },
  missing: { name: 'SnapshotsMissing', unit: 'Count' },
  groupsBehind: { name: 'GroupsBehind', unit: 'Count' },
  overdue: { name: 'RunsOverdue', unit: 'Count' },
  workers: { name: 'WorkersInUse', unit: 'Count' },
  lockIdle: { name: 'LockIdleSeconds', unit: 'Seconds' },
} as const satisfies Record<string, CloudMetric>;

/** Of groups, by the dimension `group`: metrics with `group-metrics: true`, members of log lines else. */
export const GROUP_METRICS = {
  lag: { name: 'GroupLagSeconds', unit: 'Seconds', by: 'group' },
  missing: { name: 'GroupSnapshotsMissing', unit: 'Count', by: 'group' },
} as const satisfies Record<string, CloudMetric>;
