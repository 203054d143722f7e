import { join } from 'node:path';
import { functionEnvironments, parseEnvironment } from '../config/environment.ts';
import { noRequests, type ObjectReader } from '../datastore/object-store.ts';
import { openRunStore } from '../dynamodb/run-store.ts';
import { createS3Connection, openDatastore, type BucketLocation } from '../s3/open-datastore.ts';
import type { RunStore } from '../sync/run-store.ts';
import type { CliContext, CommonOptions } from './context.ts';
import type { Deployed } from './deployed.ts';
import { openCloud } from './open-cloud.ts';

export interface SystemOptions extends CommonOptions {
  /** The stack of a deployed system, or true for the one of the usual name; without it the system of the state folder. */
  readonly deployed?: string | true;
}

/** Where runs are kept: on this machine, or in an account. */
export interface System {
  readonly store: RunStore;
  /** How long a turn lives without being renewed. */
  readonly leaseMs: number;
  readonly control: ObjectReader;
  /** Where a person finds an object of the control bucket. */
  readonly placeOf: (key: string) => string;
  readonly isDeployed: boolean;
}

/** Opens the system that the options name for as long as `act` needs it. */
export async function withSystem<T>(
  options: SystemOptions,
  context: CliContext,
  act: (system: System) => Promise<T>,
): Promise<T> {
  const { deployed } = options;
  if (deployed !== undefined) {
    const { DEFAULT_STACK, findDeployed } = await import('./deployed.ts');
    const found = await findDeployed(deployed === true ? DEFAULT_STACK : deployed, context);
    return withDeployed(found, context, act);
  }
  const cloud = await openCloud(options, context);
  try {
    const { store, control, controlFolder, services } = cloud;
    const placeOf = (key: string): string => join(controlFolder, key);
    return await act({ store, control, leaseMs: services.leaseMs, placeOf, isDeployed: false });
  } finally {
    await cloud.close();
  }
}

async function withDeployed<T>(
  { table, controlBucket, region }: Deployed,
  { environment }: CliContext,
  act: (system: System) => Promise<T>,
): Promise<T> {
  // As its functions have it: the stack sets no lease of its own.
  const { LOCK_LEASE_SECONDS: lease } = parseEnvironment(functionEnvironments['finish-run'], {
    TABLE_NAME: table,
    CONTROL_BUCKET: controlBucket,
  });
  const control = createS3Connection(controlOf(controlBucket, region, environment), environment);
  try {
    return await act({
      store: openRunStore({ table, region, environment }),
      control: openDatastore(control, noRequests()),
      leaseMs: lease * 1000,
      placeOf: (key) => `s3://${controlBucket}/${key}`,
      isDeployed: true,
    });
  } finally {
    control.close();
  }
}

function controlOf(bucket: string, region: string, environment: CliContext['environment']): BucketLocation {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'];
  const place = { id: 'control', bucket, prefix: '', region, pathStyle: endpoint !== undefined };
  return { ...place, ...(endpoint !== undefined && { endpoint }) };
}
