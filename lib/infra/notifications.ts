import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Duration, Stage } from 'aws-cdk-lib/core';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Rule } from 'aws-cdk-lib/aws-events';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Code, LayerVersion } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { NotifyDocument } from '../config/notify-values.ts';
import { secretPlacesOf } from '../config/secret-places.ts';
import { EVENT_SOURCE } from '../events/event-names.ts';
import { acknowledgeResource } from './acknowledge.ts';
import type { AddAlarm } from './alarm.ts';
import { deadLetters } from './dead-letters.ts';
import { schedulerRole } from './scheduler-role.ts';
import { grantSecret, secretOf } from './secret-access.ts';
import { BundledFunction } from './bundled-function.ts';

export interface NotificationsProps {
  readonly notify: NotifyDocument;
  readonly table: ITable;
  readonly controlBucket: IBucket;
  readonly eventBus: IEventBus;
  readonly addAlarm: AddAlarm;
}

type Target = NotifyDocument['targets'][number];

/** How often what could not be sent is looked at; the first pause before a message is tried again is a minute. */
const SWEEP_INTERVAL = Duration.minutes(5);
const FILE = 'notify.json';

/** Tells people what the bus tells: one function for all targets, which are none of a run's business. */
export class Notifications extends Construct {
  constructor(scope: Construct, id: string, props: NotificationsProps) {
    super(scope, id);
    const { eventBus, notify, addAlarm } = props;
    const targets = notify.targets.filter(({ disable }) => !disable);
    const topics = this.#addTopics(targets);
    const fn = this.#addFunction(props, topics);
    for (const target of targets) this.#grantTarget(fn, target);
    for (const topic of topics.values()) topic.grantPublish(fn);
    const letters = deadLetters(this, 'DeadLetters', { part: 'notify', what: 'something could not be told', addAlarm });
    fn.configureAsyncInvoke({ onFailure: new SqsDestination(letters), retryAttempts: 2 });
    new Rule(this, 'Events', {
      description: 'What Flotilla has to tell',
      eventBus,
      eventPattern: { source: [EVENT_SOURCE] },
      targets: [new LambdaFunction(fn, { deadLetterQueue: letters })],
    });
    this.#sweep(fn, letters);
  }

  /** One for each target of type email: whoever is to get its mails has to confirm that once. */
  #addTopics(targets: readonly Target[]): ReadonlyMap<string, Topic> {
    const made = targets.flatMap((target) => {
      if (target.type !== 'email') return [];
      const topic = new Topic(this, `Email-${target.id}`, { displayName: 'Flotilla', enforceSSL: true });
      for (const address of target.to) topic.addSubscription(new EmailSubscription(address));
      return [[target.id, topic] as const];
    });
    return new Map(made);
  }

  #addFunction({ table, controlBucket, notify }: NotificationsProps, topics: ReadonlyMap<string, Topic>): BundledFunction {
    const arns = [...topics].map(([id, { topicArn }]) => `${JSON.stringify(id)}:"${topicArn}"`);
    const fn = new BundledFunction(this, 'Function', {
      ...{ name: 'notify', description: 'Flotilla: tells people what happened', memoryMiB: 512 },
      environment: {
        ...{ TABLE_NAME: table.tableName, CONTROL_BUCKET: controlBucket.bucketName },
        ...{ NOTIFY_FILE: `/opt/${FILE}`, NOTIFY_TOPICS: `{${arns.join(',')}}` },
      },
    });
    fn.addLayers(this.#configuration(notify));
    table.grant(fn, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query');
    return fn;
  }

  /** Targets and templates outgrow the 4 KB of a function's environment: they come as a file, in a layer of their own. */
  #configuration(notify: NotifyDocument): LayerVersion {
    const folder = join(Stage.of(this)?.outdir ?? '.', 'notify');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, FILE), `${JSON.stringify(notify)}\n`);
    return new LayerVersion(this, 'Configuration', { description: 'Flotilla: whom to tell what', code: Code.fromAsset(folder) });
  }

  #grantTarget(fn: BundledFunction, target: Target): void {
    if (target.type === 'sns') fn.addToRolePolicy(new PolicyStatement({ actions: ['sns:Publish'], resources: [target.topic] }));
    for (const place of secretPlacesOf(target)) {
      grantSecret(fn, place);
      if (secretOf(place) === undefined) this.#warnOfSecret(target.id, place);
    }
  }

  #warnOfSecret(target: string, place: string): void {
    Annotations.of(this).addWarningV2(
      `flotilla:secret:${target}`,
      `target ${target} has a secret at "${place}", which is on your machine and not in a Lambda function: put it into AWS Secrets Manager and write "secret:<name>".`,
    );
  }

  #sweep(fn: BundledFunction, letters: IQueue): void {
    const description = 'Has Flotilla tell what could not be told before';
    const role = schedulerRole(this, 'ScheduleRole', { description, starts: fn, letters });
    acknowledgeResource(role, `${fn.functionArn}:*`, 'CDK lets it call all versions of the one function that tells.');
    const target = new LambdaInvoke(fn, {
      ...{ role, input: ScheduleTargetInput.fromObject({ sweep: true }), deadLetterQueue: letters, maxEventAge: SWEEP_INTERVAL },
    });
    new Schedule(this, 'Sweep', { description, schedule: ScheduleExpression.rate(SWEEP_INTERVAL), target });
  }
}
