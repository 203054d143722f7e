import { Duration } from 'aws-cdk-lib/core';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import type { AddAlarm } from './alarm.ts';

export interface DeadLettersProps {
  /** Tells it from other queues with the same alarms: `schedules`. */
  readonly part: string;
  /** What could not be done, for the alarm. */
  readonly what: string;
  readonly addAlarm: AddAlarm | undefined;
}

/** Keeps, for the two weeks that SQS allows, what could not be started, and alarms as soon as there is anything. */
export function deadLetters(scope: Construct, id: string, { part, what, addAlarm }: DeadLettersProps): Queue {
  const queue = new Queue(scope, id, {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  });
  acknowledge(queue, 'SQS3', 'It is itself where dead letters go, which cdk-nag does not see of every service that sends them.');
  addAlarm?.(queue, {
    ...{ kind: 'dead-letters', part, what: `${what}, and the messages of this queue say what was to be done` },
    metric: queue.metricApproximateNumberOfMessagesVisible({ period: Duration.minutes(5), statistic: 'Maximum' }),
    threshold: 1,
  });
  return queue;
}
