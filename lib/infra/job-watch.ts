import { Duration } from 'aws-cdk-lib/core';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import type { JobDocument } from '../config/job-document.ts';
import { acknowledgeResource } from './acknowledge.ts';
import type { AddAlarm } from './alarm.ts';
import { deadLetters } from './dead-letters.ts';
import { WATCH_MINUTES } from './job-alarms.ts';
import { schedulerRole } from './scheduler-role.ts';
import { BundledFunction } from './bundled-function.ts';

export interface JobWatchProps {
  readonly job: JobDocument;
  readonly table: ITable;
  readonly controlBucket: IBucket;
  readonly eventBus: IEventBus;
  readonly groupMetrics?: boolean;
  readonly addAlarm: AddAlarm | undefined;
}

const INTERVAL = Duration.minutes(WATCH_MINUTES);

/** Looks, without a run, how the job stands: from the table alone, again and again. Tells what is overdue, and measures. */
export class JobWatch extends Construct {
  constructor(scope: Construct, id: string, props: JobWatchProps) {
    super(scope, id);
    const watch = watchFunction(this, props);
    const { job, addAlarm } = props;
    const letters = deadLetters(this, 'DeadLetters', { part: 'watch', what: 'the job could not be watched', addAlarm });
    const description = `Watches the Flotilla job ${job.id}`;
    const role = schedulerRole(this, 'ScheduleRole', { description, starts: watch, letters });
    acknowledgeResource(
      role,
      `${watch.functionArn}:*`,
      'CDK lets it call all versions of the one function that watches this job.',
    );
    const target = new LambdaInvoke(watch, {
      ...{ role, input: ScheduleTargetInput.fromObject({ job }), deadLetterQueue: letters, maxEventAge: INTERVAL },
    });
    // Without a start it begins at once, so that the alarms on what it measures have something to go by.
    new Schedule(this, 'Schedule', { description, schedule: ScheduleExpression.rate(INTERVAL), target });
  }
}

/** It reaches no datastore, and in the table it may delete nothing. */
function watchFunction(scope: Construct, { table, controlBucket, eventBus, groupMetrics }: JobWatchProps): BundledFunction {
  const watch = new BundledFunction(scope, 'Function', {
    ...{ name: 'watch', description: 'Flotilla: looks how a job stands', memoryMiB: 512 },
    environment: {
      ...{ TABLE_NAME: table.tableName, CONTROL_BUCKET: controlBucket.bucketName, EVENT_BUS_NAME: eventBus.eventBusName },
      ...(groupMetrics === true && { GROUP_METRICS: 'true' }),
    },
  });
  table.grant(watch, 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem', 'dynamodb:UpdateItem');
  eventBus.grantPutEventsTo(watch);
  // What a watch saw is old when the next one comes.
  watch.configureAsyncInvoke({ maxEventAge: INTERVAL });
  return watch;
}
