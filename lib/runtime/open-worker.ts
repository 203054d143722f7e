import { noRequests, type ObjectReader, type ObjectWriter, type RequestCounts } from '../datastore/object-store.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import { openClient } from '../dynamodb/client.ts';
import { openLeaseStore } from '../dynamodb/leases.ts';
import { openNoticeStore } from '../dynamodb/notices.ts';
import { openRunStore } from '../dynamodb/run-store.ts';
import { layoutOf } from '../layouts/layouts.ts';
import { createS3Connection, openDatastore, type S3Connection, type S3Datastore } from '../s3/open-datastore.ts';
import type { NoticeStore } from '../notify/notice-store.ts';
import { MAX_TRANSFERS_IN_FLIGHT, type Job } from '../sync/job.ts';
import { limitsOf, type SideLimits } from '../sync/limits.ts';
import type { RunName } from '../sync/payloads.ts';
import type { RunRef, RunStore } from '../sync/run-store.ts';
import { targetPlace } from '../sync/target-place.ts';
import { autoConcurrency } from '../transfer/concurrency/auto.ts';
import type { ConcurrencyController } from '../transfer/concurrency/controller.ts';
import { fixedConcurrency } from '../transfer/concurrency/fixed.ts';
import { BODY_BYTES, memoryBudget } from '../transfer/memory-budget.ts';
import { targetContent, type TargetContent } from '../transfer/target-content.ts';
import type { RemovalWorker } from '../sync/remove-vanished.ts';
import { watchStop } from '../sync/stop-watch.ts';
import type { Worker } from '../sync/worker.ts';
import { stopReason, type CallContext, type Host } from './host.ts';
import { openPaces, processClock } from './paces.ts';

/** What every function's environment says of the services that Flotilla itself uses. */
export interface ServiceNames {
  readonly TABLE_NAME: string;
  readonly CONTROL_BUCKET: string;
  /** How long a lock or a turn lives without being renewed: who waits for a run that died asks again a minute later at most. */
  readonly LOCK_LEASE_SECONDS: number;
  readonly AWS_REGION?: string;
  readonly AWS_ENDPOINT_URL_S3?: string;
  readonly AWS_ENDPOINT_URL_DYNAMODB?: string;
}

/** Sockets to one datastore: what all workers in this process may have in flight, within reason. */
const MAX_CONNECTIONS = 256;

/** Runs whose knowledge of their target is kept: more are hardly at work in one process at once. */
const RUNS_REMEMBERED = 4;

/** A look that was forgotten is made anew. */
const RUNS_WATCHED = 64;

export type OpenRun = Pick<Worker, 'job' | 'run' | 'store' | 'now' | 'log'>;

/** The services of one function on one host. Connections live as long as it, and are shared by its calls. */
export interface Services {
  readonly store: RunStore;
  readonly notices: NoticeStore;
  /** How long a lock or a turn lives without being renewed. */
  readonly leaseMs: number;
  readonly controlBucket: string;
  openControl(): ObjectWriter;
  /** A run without its datastores: one that cannot even open them is ended all the same. */
  openRun(job: Job, run: RunName): OpenRun;
  openWorker(job: Job, run: RunName, call: CallContext): Worker;
  /** The only worker that is handed the means to delete. */
  openRemovalWorker(job: Job, run: RunName, call: CallContext): RemovalWorker;
  /** Called when no call is under way: gives back what others may use meanwhile. */
  rest(): Promise<void>;
}

export function openServices(names: ServiceNames, host: Host): Services {
  const connect = rememberConnections(host.environment);
  const table = { table: names.TABLE_NAME, client: openClient({ environment: host.environment }) };
  const [store, leaseMs] = [openRunStore(table), names.LOCK_LEASE_SECONDS * 1000];
  const control = createS3Connection(controlLocation(names, host.environment), host.environment);
  const openControl = (): ObjectWriter => openDatastore(control, noRequests());

  const openRun = (job: Job, run: RunName): OpenRun => ({
    ...{ job, run: { job: job.id, id: run.id, startedAt: run.startedAt }, store },
    now: () => host.now(),
    log: host.openLog({ job: job.id, run: run.id }),
  });

  const paces = openPaces(openLeaseStore(table, host.now), processClock(host.now));
  const budget = memoryBudget(BODY_BYTES);
  const contentOf = rememberContent();
  const stopWatchOf = rememberLast(RUNS_WATCHED, (run: RunRef) => watchStop(run, { store, now: () => host.now() }));
  const concurrencyOf = rememberConcurrency();
  const open = (job: Job, run: RunName, call: CallContext): { worker: Worker; target: S3Datastore } => {
    const requests = { source: noRequests(), target: noRequests() };
    const sockets = socketsFor(job);
    const opened = openRun(job, run);
    const side = (location: DatastoreLocation, counts: RequestCounts, limits: SideLimits) =>
      openDatastore(connect(location, sockets), counts, paces.open(limits, { counts, run: run.id, log: opened.log }));
    const limits = limitsOf(job);
    const target = side(job.target, requests.target, limits.target);
    const stop = stopWatchOf(opened.run);
    const source: ObjectReader = side(job.source, requests.source, limits.source);
    const worker: Worker = {
      ...opened,
      ...{ layout: layoutOf(job.source.layout), source, target, requests, leaseMs },
      ...{ control: openControl(), content: contentOf(job, run), budget },
      controller: concurrencyOf(job),
      stopReason: () => (stop.asked() ? 'asked' : stopReason(host, call)),
      heedStop: () => stop.look(),
    };
    return { worker, target };
  };
  return {
    notices: openNoticeStore(table),
    ...{ store, leaseMs, controlBucket: names.CONTROL_BUCKET, openControl, openRun, rest: () => paces.rest() },
    openWorker: (job, run, call) => open(job, run, call).worker,
    openRemovalWorker: (job, run, call) => {
      const { worker, target } = open(job, run, call);
      return { ...worker, remover: target };
    },
  };
}

/** One connection to each datastore, with as many sockets as its first user has use for. */
function rememberConnections(environment: Host['environment']): (location: DatastoreLocation, sockets: number) => S3Connection {
  const connections = new Map<string, S3Connection>();
  return (location, sockets) => {
    const key = JSON.stringify(location);
    const open = connections.get(key) ?? createS3Connection(location, environment, { connections: sockets });
    connections.set(key, open);
    return open;
  };
}

/** Sockets to each side: what all workers of a job may have in flight at once, and some for listings. */
function socketsFor({ workerThreads, transfersInFlight }: Job): number {
  const mostInFlight = transfersInFlight === 'auto' ? MAX_TRANSFERS_IN_FLIGHT : transfersInFlight;
  return Math.min(workerThreads * mostInFlight + 8, MAX_CONNECTIONS);
}

/** What the workers of one run know of its target, shared by them all; of the last few runs. */
function rememberContent(): (job: Job, run: RunName) => TargetContent {
  const contentOf = rememberLast(RUNS_REMEMBERED, ([layout]: readonly [DatastoreLocation['layout'], ...string[]]) =>
    targetContent(layoutOf(layout)),
  );
  return ({ id, target }, run) => contentOf([target.layout, id, run.id, run.startedAt, targetPlace(target)]);
}

/** Makes one value for each key, and forgets those that nobody asked for of late. */
function rememberLast<K, V>(most: number, make: (key: K) => V): (key: K) => V {
  const values = new Map<string, V>();
  return (key) => {
    const name = JSON.stringify(key);
    const value = values.get(name) ?? make(key);
    values.delete(name);
    values.set(name, value);
    for (const old of [...values.keys()].slice(0, -most)) values.delete(old);
    return value;
  };
}

/** Each worker decides by itself how many transfers go at once; where it may, it begins with what the one before it had found. */
function rememberConcurrency(): (job: Job) => ConcurrencyController {
  const last = new Map<string, ConcurrencyController>();
  return ({ source, target, transfersInFlight }) => {
    if (transfersInFlight !== 'auto') return fixedConcurrency(transfersInFlight);
    const key = JSON.stringify([source, target]);
    const before = last.get(key);
    const bounds = { min: 2, max: MAX_TRANSFERS_IN_FLIGHT, random: Math.random };
    const controller = autoConcurrency(before === undefined ? bounds : { ...bounds, start: before.limit });
    last.set(key, controller);
    return controller;
  };
}

/** The control bucket as a location; the embedded cloud's has keys of its own, which never shadow those of a datastore. */
function controlLocation(names: ServiceNames, environment: Host['environment']): DatastoreLocation {
  const endpoint = names.AWS_ENDPOINT_URL_S3;
  const embedded = environment['FLOTILLA_CONTROL_ACCESS_KEY_ID'] !== undefined;
  return {
    ...{ id: 'control', layout: 'pbs', bucket: names.CONTROL_BUCKET, prefix: '', region: names.AWS_REGION ?? 'us-east-1' },
    pathStyle: endpoint !== undefined,
    ...(endpoint !== undefined && { endpoint }),
    ...(embedded && { credentials: 'env:FLOTILLA_CONTROL' }),
  };
}
