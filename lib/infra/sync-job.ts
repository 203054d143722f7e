import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { FunctionEnvironment } from '../config/environment.ts';
import type { JobDocument } from '../config/job-document.ts';
import { millisecondsOf } from '../schedule/duration.ts';
import { alarmsOf, type AddAlarm } from './alarm.ts';
import { JobAlarms } from './job-alarms.ts';
import { JobSchedules } from './job-schedules.ts';
import { JobTriggers } from './job-triggers.ts';
import { JobWatch } from './job-watch.ts';
import { grantControl } from './control-access.ts';
import { grantDatastore, warnOfCredentials } from './datastore-access.ts';
import { BundledFunction } from './bundled-function.ts';
import { mapFunctions } from './sync-functions.ts';
import type { PerFunction } from './sync-functions.ts';
import { SyncMachine } from './sync-machine.ts';

export interface SyncJobProps {
  readonly job: JobDocument;
  /** Keys `pk` and `sk`, both text; time to live in `expires-at`. */
  readonly table: ITable;
  /** Plans and reports. In the account and region of the job: a Map reads its items from nowhere else. */
  readonly controlBucket: IBucket;
  readonly eventBus: IEventBus;
  /** Told what is in docs/runbook.md. Without it there are no alarms. */
  readonly alarmTopic?: ITopic;
  /** Whether the lag of each group is a metric of its own, which costs by the group. */
  readonly groupMetrics?: boolean;
  /** The names of the alarms begin with it. */
  readonly stateMachineName?: string;
}

/** One job: its state machine, the four functions it calls, which reach the job's own two datastores and no other, and its watch. */
export class SyncJob extends Construct {
  readonly stateMachine: StateMachine;
  readonly functions: PerFunction<BundledFunction>;

  constructor(scope: Construct, id: string, props: SyncJobProps) {
    super(scope, id);
    this.functions = syncFunctions(this, props);
    grantAccess(this.functions, props);
    for (const place of [props.job.source, props.job.target]) warnOfCredentials(this, place);
    this.stateMachine = new SyncMachine(this, 'Machine', { ...props, functions: this.functions }).stateMachine;
    const started = { ...props, stateMachine: this.stateMachine, addAlarm: alarms(props) };
    new JobSchedules(this, 'Schedules', started);
    new JobTriggers(this, 'Triggers', started);
    new JobWatch(this, 'Watch', started);
    const { addAlarm } = started;
    const maxLag = props.job['max-lag'];
    const maxLagSeconds = maxLag === undefined ? undefined : millisecondsOf(maxLag) / 1000;
    if (addAlarm !== undefined) new JobAlarms(this, 'Alarms', { ...started, addAlarm, maxLagSeconds });
  }
}

function alarms({ job, alarmTopic: topic, stateMachineName: prefix }: SyncJobProps): AddAlarm | undefined {
  if (topic === undefined) return undefined;
  return alarmsOf({ of: `Flotilla job ${job.id}`, topic, ...(prefix !== undefined && { prefix }) });
}

/**
 * MiB for a worker: one vCPU, which is more than a relay at Lambda's 625 Mbit/s takes (facts/aws.md 2.2). Its transfers take no
 * more than the bodies' budget of lib/runtime/open-worker.ts, however many they are.
 */
const WORKER_MEMORY_MIB = 1769;

const FUNCTIONS = {
  'start-run': { id: 'StartRun', description: 'Flotilla: decides whether a run goes, lists both sides and plans' },
  'sync-group': { id: 'SyncGroup', description: 'Flotilla: syncs one group' },
  'remove-vanished': { id: 'RemoveVanished', description: 'Flotilla: removes what vanished from the source' },
  'finish-run': { id: 'FinishRun', description: 'Flotilla: reports and releases what the run held' },
} as const;

function syncFunctions(scope: Construct, props: SyncJobProps): PerFunction<BundledFunction> {
  const base = { TABLE_NAME: props.table.tableName, CONTROL_BUCKET: props.controlBucket.bucketName };
  const telling = { ...base, EVENT_BUS_NAME: props.eventBus.eventBusName };
  const environments = {
    'start-run': telling,
    'sync-group': base,
    'remove-vanished': base,
    'finish-run': telling,
  } satisfies PerFunction<FunctionEnvironment>;
  return mapFunctions((name) => {
    const { id, description } = FUNCTIONS[name];
    const memoryMiB = name === 'sync-group' ? WORKER_MEMORY_MIB : 1024;
    return new BundledFunction(scope, id, { name, description, memoryMiB, environment: environments[name] });
  });
}

/** Least privilege: what a function's use case does, and no more. Only remove-vanished may delete objects. */
function grantAccess(functions: PerFunction<BundledFunction>, props: SyncJobProps): void {
  const { source, target } = props.job;
  grantDatastore(functions['start-run'], source, 'read');
  grantDatastore(functions['start-run'], target, 'read');
  grantDatastore(functions['sync-group'], source, 'read');
  grantDatastore(functions['sync-group'], target, 'read', 'write');
  grantDatastore(functions['remove-vanished'], source, 'read');
  grantDatastore(functions['remove-vanished'], target, 'read', 'remove');
  mapFunctions((name) => grantTable(functions[name], props.table));
  mapFunctions((name) => grantControl(functions[name], props.controlBucket, props.job.id));
  for (const name of ['start-run', 'finish-run'] as const) props.eventBus.grantPutEventsTo(functions[name]);
}

function grantTable(fn: BundledFunction, table: ITable): void {
  table.grant(fn, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:Query');
}
