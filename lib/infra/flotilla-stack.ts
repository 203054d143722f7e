import { Aws, CfnOutput, RemovalPolicy, Duration, Stack } from 'aws-cdk-lib/core';
import type { StackProps } from 'aws-cdk-lib/core';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { NotifyDocument } from '../config/notify-values.ts';
import { acknowledge } from './acknowledge.ts';
import { alarmsOf } from './alarm.ts';
import { RUNS_PREFIX } from './control-access.ts';
import { JobsDashboard } from './dashboard.ts';
import { Notifications } from './notifications.ts';

export interface FlotillaStackProps extends StackProps {
  /** Whom to tell what; without targets nobody is told, and nothing is made for it. */
  readonly notify?: NotifyDocument;
}

/** `Flotilla`: what all jobs share. It holds history and locks, so nothing of it goes when the stack does. */
export class FlotillaStack extends Stack {
  readonly table: ITable;
  readonly controlBucket: IBucket;
  readonly eventBus: IEventBus;
  readonly alarmTopic: ITopic;
  readonly dashboard: JobsDashboard;

  constructor(scope: Construct, { notify, ...props }: FlotillaStackProps = {}) {
    super(scope, 'Flotilla', { description: 'Flotilla: what all jobs share', ...props });
    // CDK is compiled without exactOptionalPropertyTypes: to us its classes are not quite their own interfaces.
    this.table = table(this) as ITable;
    this.controlBucket = controlBucket(this) as IBucket;
    this.eventBus = new EventBus(this, 'Events', { description: "What Flotilla's runs report" }) as IEventBus;
    this.alarmTopic = alarmTopic(this);
    this.dashboard = new JobsDashboard(this, 'Dashboard');
    if (notify?.targets.some(({ disable }) => !disable) === true) {
      const { table, controlBucket, eventBus, alarmTopic: topic } = this;
      const addAlarm = alarmsOf({ of: 'Flotilla', topic });
      new Notifications(this, 'Notifications', { notify, table, controlBucket, eventBus, addAlarm });
    }
    this.#tellWhereRunsAre();
    this.#pinExports();
  }

  /** What `flotilla status --deployed` and its like ask the stack for. */
  #tellWhereRunsAre(): void {
    new CfnOutput(this, 'TableName', { description: 'Runs, locks and what is known', value: this.table.tableName });
    const { bucketName: value } = this.controlBucket;
    new CfnOutput(this, 'ControlBucketName', { description: 'Plans and reports of runs', value });
  }

  /** Exported whether a job uses them or not: else a deploy that takes out the last job would take out an export still in use. */
  #pinExports(): void {
    const { table, controlBucket, eventBus, alarmTopic: topic } = this;
    const values = [table.tableName, table.tableArn, controlBucket.bucketName, controlBucket.bucketArn];
    for (const value of [...values, eventBus.eventBusName, eventBus.eventBusArn, topic.topicArn]) this.exportValue(value);
  }
}

/** Keys and time to live are those of lib/dynamodb. */
function table(scope: Construct): Table {
  return new Table(scope, 'Table', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    timeToLiveAttribute: 'expires-at',
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    encryption: TableEncryption.AWS_MANAGED,
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Encrypted with S3's own keys: CDK grants a Map's reader no KMS key. */
function controlBucket(scope: Construct): Bucket {
  const bucket = new Bucket(scope, 'ControlBucket', {
    encryption: BucketEncryption.S3_MANAGED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
    lifecycleRules: [
      { id: 'runs', prefix: RUNS_PREFIX, expiration: Duration.days(400) },
      { id: 'uploads', abortIncompleteMultipartUploadAfter: Duration.days(1) },
    ],
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(
    bucket,
    'S1',
    'It holds plans and reports, no backups; CloudTrail data events tell who read them, where that matters.',
  );
  return bucket;
}

function alarmTopic(scope: Construct): Topic {
  const topic = new Topic(scope, 'Alarms', { displayName: 'Flotilla alarms', enforceSSL: true });
  // A topic with a policy of its own loses the default one, by which alarms of the account may publish.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AllowAlarms',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  return topic;
}
