import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Client } from '@aws-sdk/client-s3';
import { ConfigError } from '../errors.ts';
import { createClient } from './client.ts';
import { resolveCredentials } from './credentials.ts';
import { createInFlight } from './in-flight.ts';
import type { InFlight } from './in-flight.ts';
import { nothingLearned } from './learned.ts';
import type { Learned } from './learned.ts';
import type { BucketLocation, Environment } from './place.ts';
import type { RetryPolicy } from './retry.ts';
import { createRetryBudget } from './retry-budget.ts';
import type { RetryBudget } from './retry-budget.ts';
import { createAgents } from './tls.ts';
import { createWire } from './wire.ts';
import type { Wire } from './wire.ts';
import type { Timeouts } from './client.ts';

/** Sockets, credentials and limits of one bucket, shared by all that is opened on it. */
export interface S3Connection {
  readonly location: BucketLocation;
  /** Lists, copies and deletes; begins, completes and aborts uploads in parts. */
  readonly client: S3Client;
  /** Reads and writes objects, whole or in parts. */
  readonly wire: Wire;
  readonly inFlight: InFlight;
  readonly retry: RetryPolicy;
  readonly budget: RetryBudget;
  readonly learned: Learned;
  /** Closes the sockets. Requests under way fail. */
  close(): void;
}

export interface ConnectionOptions {
  /** Sockets, and so requests at once; 64 by default. */
  readonly connections?: number;
  readonly retry?: Partial<RetryPolicy>;
  readonly timeouts?: Partial<Timeouts>;
}

const DEFAULT_CONNECTIONS = 64;
// All of them may be cut at once and more than once, by a proxy that is restarted.
const RETRIES_A_CONNECTION = 4;
// Where a quarter of all requests fails, one in a million fails ten times.
const DEFAULT_RETRY: RetryPolicy = {
  attempts: 10,
  baseDelayMs: 100,
  random: Math.random,
  sleep: (ms) => sleep(ms),
};
// What advances may take long, since all that is in flight shares a slow uplink; PBS gives a request 30 minutes too (facts/pbs.md 2.4).
const DEFAULT_TIMEOUTS: Timeouts = { connectMs: 10_000, idleMs: 60_000, requestMs: 1_800_000 };

/**
 * Opens the connection to one bucket; sends nothing yet. Make one for each location and share it: the sockets and what is learned of
 * the provider live as long as it. Throws a `ConfigError` when the endpoint or the credentials cannot be understood.
 */
export function createS3Connection(
  location: BucketLocation,
  environment: Environment,
  options: ConnectionOptions = {},
): S3Connection {
  checkEndpoint(location);
  const connections = options.connections ?? DEFAULT_CONNECTIONS;
  const agents = createAgents(location, connections);
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const client = createClient(location, agents, timeouts, resolveCredentials(location, environment));
  const wire = createWire(client, location, timeouts);
  return {
    location,
    client,
    wire,
    inFlight: createInFlight(connections),
    retry: { ...DEFAULT_RETRY, ...options.retry },
    budget: createRetryBudget(connections * RETRIES_A_CONNECTION),
    learned: nothingLearned(),
    close() {
      wire.close();
      client.destroy();
    },
  };
}

/** The control bucket and its like: a whole bucket of this account, at AWS_ENDPOINT_URL_S3 where that is set. */
export function bucketLocation(bucket: string, environment: Environment): BucketLocation {
  const endpoint = environment['AWS_ENDPOINT_URL_S3'] ?? environment['AWS_ENDPOINT_URL'];
  return {
    id: bucket,
    bucket,
    prefix: '',
    region: environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? 'us-east-1',
    // A stand-in on loopback has no name for each bucket.
    pathStyle: endpoint !== undefined,
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

function checkEndpoint(location: BucketLocation): void {
  const { endpoint } = location;
  if (endpoint === undefined || (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint))) return;
  throw new ConfigError(
    'ENDPOINT_INVALID',
    `datastore ${location.id}: endpoint ${endpoint} is no URL like https://s3.example.com`,
    {
      context: { datastore: location.id },
    },
  );
}
