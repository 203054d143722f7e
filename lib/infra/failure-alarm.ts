import { Duration } from 'aws-cdk-lib/core';
import { Alarm, ComparisonOperator, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';

/** Alarms when an execution of the job failed, timed out or was aborted: also when it could not say so itself. */
export function alarmOnFailure(machine: StateMachine, job: string, topic: ITopic): Alarm {
  const period = Duration.minutes(5);
  const alarm = new Alarm(machine, 'Failure', {
    alarmDescription: `A run of the Flotilla job ${job} did not succeed: its execution in Step Functions says why`,
    metric: new MathExpression({
      label: 'Executions that did not succeed',
      // A series without a datapoint would leave the sum without one.
      expression: 'FILL(failed, 0) + FILL(timedOut, 0) + FILL(aborted, 0)',
      usingMetrics: {
        failed: machine.metricFailed(),
        timedOut: machine.metricTimedOut(),
        aborted: machine.metricAborted(),
      },
      period,
    }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(topic));
  return alarm;
}
