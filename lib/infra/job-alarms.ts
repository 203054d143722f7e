import { Duration } from 'aws-cdk-lib/core';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { JobDocument } from '../config/job-document.ts';
import { HEALTH_METRICS, RUN_METRICS } from '../events/metric-names.ts';
import { jobMetric, type AddAlarm } from './alarm.ts';

export interface JobAlarmsProps {
  readonly job: JobDocument;
  readonly stateMachine: StateMachine;
  readonly maxLagSeconds: number | undefined;
  readonly addAlarm: AddAlarm;
}

/** Minutes in which the numbers of a run, told once when it ends, are looked for. */
const RUN_MINUTES = 5;
/** Minutes between two watches of a job. */
export const WATCH_MINUTES = 15;

/** Four watches: one that comes late or fails is no alarm, and none for an hour is one. */
const OVERDUE_MINUTES = 4 * WATCH_MINUTES;

/** A worker renews its lock and writes its progress every few seconds; half an hour without is no slow link any more. */
const MAX_LOCK_IDLE_SECONDS = 1800;

/** From one request in twenty on a run would have been faster with fewer at once; a few throttled answers cost it nothing. */
const MAX_THROTTLED_PERCENT = 5;
const FEW_THROTTLES = 50;

/** What a job alarms of, but for the dead letters of what starts it. */
export class JobAlarms extends Construct {
  constructor(scope: Construct, id: string, props: JobAlarmsProps) {
    super(scope, id);
    this.#alarmOnRuns(props);
    this.#alarmOnHealth(props);
  }

  #alarmOnRuns({ job, stateMachine, addAlarm }: JobAlarmsProps): void {
    addAlarm(this, {
      ...{ kind: 'run-failed', what: 'a run did not succeed, and its execution in Step Functions says why' },
      ...{ metric: failedExecutions(stateMachine), threshold: 1 },
    });
    addAlarm(this, {
      ...{ kind: 'errors', what: 'a run went through with errors, and its report names them' },
      ...{ metric: jobMetric(job.id, RUN_METRICS.errors, { statistic: 'Sum', minutes: RUN_MINUTES }), threshold: 1 },
    });
    addAlarm(this, {
      ...{ kind: 'throttles', what: `a provider refused ${String(MAX_THROTTLED_PERCENT)} % of the requests of a run or more` },
      ...{ metric: throttledPercent(job.id), threshold: MAX_THROTTLED_PERCENT },
    });
  }

  #alarmOnHealth({ job, maxLagSeconds, addAlarm }: JobAlarmsProps): void {
    const watched = { statistic: 'Maximum', minutes: WATCH_MINUTES } as const;
    addAlarm(this, {
      ...{ kind: 'run-did-not-happen', what: 'a run is overdue, or nobody has watched the job for an hour' },
      ...{ metric: jobMetric(job.id, HEALTH_METRICS.overdue, { ...watched, minutes: OVERDUE_MINUTES }), threshold: 1 },
    });
    addAlarm(this, {
      ...{ kind: 'lock-held-too-long', what: 'a worker has held its lock for half an hour without progress' },
      ...{ metric: jobMetric(job.id, HEALTH_METRICS.lockIdle, watched), threshold: MAX_LOCK_IDLE_SECONDS },
    });
    if (maxLagSeconds === undefined) return;
    addAlarm(this, {
      ...{ kind: 'lag-over-max-lag', what: `the copy is further behind than max-lag, ${String(maxLagSeconds)} seconds` },
      ...{ metric: jobMetric(job.id, HEALTH_METRICS.lag, watched), threshold: maxLagSeconds },
    });
  }
}

/** Executions that failed, timed out or were aborted: also those that could not say so themselves. */
function failedExecutions(machine: StateMachine): MathExpression {
  return new MathExpression({
    label: 'Executions that did not succeed',
    // A series without a datapoint would leave the sum without one.
    expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
    usingMetrics: {
      failed: machine.metricFailed(),
      timedOut: machine.metricTimedOut(),
      aborted: machine.metricAborted(),
    },
    period: Duration.minutes(RUN_MINUTES),
  });
}

function throttledPercent(job: string): MathExpression {
  const told = { statistic: 'Sum', minutes: RUN_MINUTES } as const;
  return new MathExpression({
    label: 'Throttled requests, percent',
    expression: `IF(throttles > ${String(FEW_THROTTLES)}, 100 * throttles / requests, 0)`,
    usingMetrics: {
      throttles: jobMetric(job, RUN_METRICS.throttles, told),
      requests: jobMetric(job, RUN_METRICS.requests, told),
    },
    period: Duration.minutes(RUN_MINUTES),
  });
}
