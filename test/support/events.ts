import type { FlotillaEvent, RunEndEvent } from '../../lib/sync/event/event.ts';
import type { Lag } from '../../lib/sync/report/lag.ts';

export const CURRENT: Lag = { state: 'current', seconds: 0, missing: 0, groups: 0 };

const SEVERITY = {
  ok: 'info',
  warnings: 'warning',
  errors: 'error',
  failed: 'error',
  stopped: 'notice',
  skipped: 'notice',
} as const;

export interface EndSpec {
  readonly job?: string;
  /** Its id; it started at `startedAt` and took ten minutes. */
  readonly run?: string;
  readonly startedAt?: string;
  readonly state?: keyof typeof SEVERITY;
  readonly failure?: { readonly kind: string; readonly code: string; readonly message: string };
  readonly lag?: Lag;
  readonly dryRun?: boolean;
  readonly severity?: RunEndEvent['severity'];
}

/** The end of a run, as finish-run tells it. */
export function runEnd(spec: EndSpec = {}): RunEndEvent {
  const { job, run, startedAt, state, failure, lag, dryRun, severity } = {
    ...GOOD,
    severity: SEVERITY[spec.state ?? 'ok'],
    ...spec,
  };
  const endedAt = new Date(Date.parse(startedAt) + 600_000).toISOString();
  const kind = state === 'skipped' ? 'skipped' : 'finished';
  const done = failure === undefined ? 3 : 0;
  return {
    ...{ version: 1, id: `${job}/${run}/${state}`, at: endedAt, job, severity, message: `the run ended: ${state}` },
    ...{ type: 'flotilla.run', kind, run: { id: run, startedAt }, state, dryRun, endedAt, seconds: 600, lag },
    groups: { total: 5, planned: 3, ok: done, errors: 3 - done, unfinished: 0 },
    snapshots: { copied: done, updated: 0, failed: 0, removed: 0 },
    ...{ chunks: 10, bytes: failure === undefined ? 5_000_000 : 0 },
    errors: failure === undefined ? {} : { [failure.kind]: 1 },
    ...(failure !== undefined && { failure }),
    report: { bucket: 'control', key: `runs/${job}/${run}/report` },
  };
}

const GOOD: Required<Omit<EndSpec, 'failure' | 'severity'>> = {
  ...{ job: 'daily-offsite', run: 'run-1', startedAt: '2026-11-20T22:30:00.000Z', state: 'ok', dryRun: false, lag: CURRENT },
};

/** A failure as it is told. */
export function failure(kind: string, code: string): NonNullable<EndSpec['failure']> {
  return { kind, code, message: `${code}: it did not work` };
}

export function lagEvent(kind: 'raised' | 'cleared', run?: string): FlotillaEvent {
  const at = '2026-11-22T22:40:00.000Z';
  return {
    ...{ version: 1, type: 'flotilla.lag', kind, id: `daily-offsite/lag/${kind}/${at}`, at, job: 'daily-offsite' },
    ...{ severity: kind === 'raised' ? 'warning' : 'info', message: `lag ${kind}`, maxLagSeconds: 86_400 },
    ...(run !== undefined && { run: { id: run, startedAt: at } }),
    lag: kind === 'raised' ? { state: 'behind', seconds: 100_000, missing: 3, groups: 2 } : CURRENT,
  };
}

export function refused(run: string): FlotillaEvent {
  return {
    ...{ version: 1, type: 'flotilla.delete-guard', kind: 'refused', id: `daily-offsite/${run}/refused`, job: 'daily-offsite' },
    ...{ at: '2026-11-20T22:40:00.000Z', severity: 'warning', message: 'nothing was removed', reason: 'the source lost 80 %' },
    run: { id: run, startedAt: '2026-11-20T22:30:00.000Z' },
  };
}

export function overdue(due: string): FlotillaEvent {
  return {
    ...{ version: 1, type: 'flotilla.tick', kind: 'overdue', id: `daily-offsite/tick/nightly/${due}`, job: 'daily-offsite' },
    ...{
      at: new Date(Date.parse(due) + 3_600_000).toISOString(),
      severity: 'error',
      message: 'no run came',
      schedule: 'nightly',
      due,
    },
  };
}

export function started(run = 'run-1'): FlotillaEvent {
  return {
    ...{ version: 1, type: 'flotilla.run', kind: 'started', id: `daily-offsite/${run}/started`, job: 'daily-offsite' },
    ...{ at: '2026-11-20T22:30:00.000Z', severity: 'info', message: 'started' },
    run: { id: run, startedAt: '2026-11-20T22:30:00.000Z' },
  };
}
