import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib/core';
import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { SfnStateMachine, SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPipe } from 'aws-cdk-lib/aws-pipes';
import { Schedule, ScheduleExpression, ScheduleTargetInput, TimeWindow } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { JobDocument } from '../config/job-document.ts';
import { backupTrigger, followedJobs } from '../config/trigger-options.ts';
import { EVENT_SOURCE, RUN_EVENT } from '../events/event-names.ts';
import { endpointSpace } from '../datastore/endpoint-space.ts';
import type { LayoutName } from '../datastore/location.ts';
import type { AddAlarm } from './alarm.ts';
import { deadLetters } from './dead-letters.ts';
import { schedulerRole } from './scheduler-role.ts';

export interface JobTriggersProps {
  readonly job: JobDocument;
  readonly eventBus: IEventBus;
  readonly stateMachine: StateMachine;
  readonly addAlarm: AddAlarm | undefined;
}

/** Keys of the commit markers of each layout, below the datastore's prefix; `*` stands for anything. */
export const COMMIT_MARKERS: Readonly<Record<LayoutName, string>> = { pbs: '.cnt/*/index.json.blob' };

/**
 * Events of one batch. An execution takes in 256 KiB; a key has up to 1,024 bytes, six times that where each of them is escaped in
 * JSON, which no key of a backup is. What a larger backup writes starts several executions, which take up all that is there.
 */
const MAX_BATCH = 100;
/** Without a time to gather them in, a pipe takes no more at once. */
const MAX_BATCH_AT_ONCE = 10;

/** How often it is asked whether groups are left that no event will start a run for; where there are none, that ends at once. */
const LOOK_INTERVAL = Duration.hours(1);
const LOOK_WINDOW = Duration.minutes(15);

/** How often a pipe tries to start an execution before the batch becomes a dead letter. */
const MAX_RECEIVES = 10;

/** What starts the job's machine beside its schedule: backups that were written at its source, other jobs that ended well. */
export class JobTriggers extends Construct {
  constructor(scope: Construct, id: string, props: JobTriggersProps) {
    super(scope, id);
    const { job, addAlarm } = props;
    const [followed, onBackup] = [followedJobs(job), backupTrigger(job)];
    if (followed.length === 0 && onBackup === undefined) return;
    const what = 'something that should have started a run could not';
    const letters = deadLetters(this, 'DeadLetters', { part: 'triggers', what, addAlarm });
    if (followed.length > 0) this.#followJobs(props, followed, letters);
    if (onBackup === undefined) return;
    this.#followBackups(props, onBackup.settleMs / 1000, letters);
    this.#lookAgain(props, letters);
  }

  /** The input names the run that ended: an event that comes twice starts two executions, and the second one is skipped. */
  #followJobs({ stateMachine, eventBus }: JobTriggersProps, followed: readonly string[], letters: IQueue): void {
    const ended = `${EventField.fromPath('$.detail.job')}/${EventField.fromPath('$.detail.run.id')}`;
    const target = new SfnStateMachine(stateMachine, {
      input: RuleTargetInput.fromObject({ 'after-run': ended }),
      deadLetterQueue: letters,
    });
    new Rule(this, 'After', {
      description: `Runs that ended well of ${followed.join(', ')}`,
      eventBus,
      eventPattern: {
        source: [EVENT_SOURCE],
        detailType: [RUN_EVENT],
        detail: { kind: ['finished'], job: followed, state: ['ok', 'warnings'], dryRun: [false] },
      },
      targets: [target],
    });
  }

  /** The bucket's events wait in a queue for the time to settle, and go to the machine in batches: their keys and ETags alone. */
  #followBackups(props: JobTriggersProps, settleSeconds: number, letters: IQueue): void {
    const { source } = props.job;
    warnOfEvents(this, source);
    const queue = eventQueue(this, settleSeconds, letters);
    const key = Match.wildcard(`${escapeWildcards(`${source.prefix}/`)}${COMMIT_MARKERS[source.layout]}`);
    new Rule(this, 'Written', {
      description: `Backups written into the bucket ${source.bucket}`,
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [source.bucket] }, object: { key } },
      },
      targets: [new SqsQueue(queue, { deadLetterQueue: letters })],
    });
    pipe(this, { queue, settleSeconds, stateMachine: props.stateMachine });
  }

  /** No event comes again for a group that failed, nor for one that was written while runs were skipped or the job was suspended. */
  #lookAgain({ job, stateMachine }: JobTriggersProps, letters: IQueue): void {
    const description = `Starts the Flotilla job ${job.id} for what no run has brought over yet`;
    const target = new StepFunctionsStartExecution(stateMachine, {
      role: schedulerRole(this, 'LookRole', { description, starts: stateMachine, letters }),
      input: ScheduleTargetInput.fromObject({ 'pending-only': true }),
      deadLetterQueue: letters,
      maxEventAge: LOOK_INTERVAL,
    });
    const timeWindow = TimeWindow.flexible(LOOK_WINDOW);
    new Schedule(this, 'Look', { description, schedule: ScheduleExpression.rate(LOOK_INTERVAL), timeWindow, target });
  }
}

/** What is taken out of the queue stays hidden while it is gathered and handed on. */
function eventQueue(scope: Construct, settleSeconds: number, letters: IQueue): Queue {
  return new Queue(scope, 'Events', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    visibilityTimeout: Duration.seconds(settleSeconds + 120),
    retentionPeriod: Duration.days(4),
    deadLetterQueue: { queue: letters, maxReceiveCount: MAX_RECEIVES },
  });
}

interface PipeProps {
  readonly queue: Queue;
  readonly settleSeconds: number;
  readonly stateMachine: StateMachine;
}

function pipe(scope: Construct, { queue, settleSeconds, stateMachine }: PipeProps): void {
  const role = new Role(scope, 'PipeRole', { assumedBy: new ServicePrincipal('pipes.amazonaws.com') });
  const grants = [queue.grantConsumeMessages(role), stateMachine.grantStartExecution(role)];
  const gathering = {
    batchSize: settleSeconds === 0 ? MAX_BATCH_AT_ONCE : MAX_BATCH,
    ...(settleSeconds > 0 && { maximumBatchingWindowInSeconds: settleSeconds }),
  };
  const made = new CfnPipe(scope, 'Pipe', {
    roleArn: role.roleArn,
    source: queue.queueArn,
    sourceParameters: { sqsQueueParameters: gathering },
    target: stateMachine.stateMachineArn,
    targetParameters: {
      stepFunctionStateMachineParameters: { invocationType: 'FIRE_AND_FORGET' },
      inputTemplate: '{"key": "<$.body.detail.object.key>", "etag": "<$.body.detail.object.etag>"}',
    },
  });
  // A pipe proves its role as soon as it is created.
  for (const grant of grants) grant.applyBefore(made);
}

/** A backslash makes `*` and itself plain characters (EventBridge, wildcard filtering). */
function escapeWildcards(text: string): string {
  return text.replace(/[\\*]/g, '\\$&');
}

function warnOfEvents(scope: Construct, { id, endpoint, region }: JobDocument['source']): void {
  const own = Stack.of(scope).region;
  const warn = (problem: string): void =>
    Annotations.of(scope).addWarningV2(
      `flotilla:events:${id}`,
      `datastore ${id} ${problem}: trigger on-backup never starts here`,
    );
  if (endpointSpace(endpoint) !== 'aws') warn('is not on AWS and sends no events to EventBridge; flotilla serve asks it instead');
  else if (!Token.isUnresolved(own) && region !== own) warn(`is in ${region}, and its events stay there, not in ${own}`);
}
