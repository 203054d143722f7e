import { Duration } from 'aws-cdk-lib/core';
import { Alarm, ComparisonOperator, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface DeadLettersProps {
  readonly job: string;
  /** What could not be done, for the alarm. */
  readonly what: string;
  readonly alarmTopic?: ITopic;
}

/** Keeps, for the two weeks that SQS allows, what could not be started, and alarms as soon as there is anything. */
export function deadLetters(scope: Construct, id: string, { job, what, alarmTopic }: DeadLettersProps): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, 'SQS3', 'It is itself where dead letters go, which cdk-nag does not see of every service that sends them.');
  if (alarmTopic === undefined) return queue;
  const alarm = new Alarm(queue, 'NotEmpty', {
    alarmDescription: `Flotilla job ${job}: ${what}. The messages of this queue say why (docs/deploy.md)`,
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(alarmTopic));
  return queue;
}
