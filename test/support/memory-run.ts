import { TransientError } from '../../lib/errors.ts';
import { noRequests, type ObjectRemover, type ObjectWriter } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import type { Job } from '../../lib/sync/job.ts';
import type { FlotillaEvent } from '../../lib/sync/event/event.ts';
import { finishRun, type FinishWorker } from '../../lib/sync/finish-run.ts';
import { nextGroups } from '../../lib/sync/next-groups.ts';
import type { FinishRunInput, FinishRunOutput, PlanItem, SyncCursor, SyncGroupOutput } from '../../lib/sync/payloads.ts';
import { removeVanished, type RemovalWorker } from '../../lib/sync/remove-vanished.ts';
import type { GroupRecord } from '../../lib/sync/report/group-record.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import type { RunRef, RunStore } from '../../lib/sync/run-store.ts';
import { startRun, type StartDecision } from '../../lib/sync/start-run.ts';
import { watchStop } from '../../lib/sync/stop-watch.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { placePrefix } from '../../lib/sync/log-lines.ts';
import type { LogPlace, StopReason, Worker } from '../../lib/sync/worker.ts';
import { inFlight } from '../../lib/transfer/in-flight.ts';
import { BODY_BYTES, memoryBudget } from '../../lib/transfer/memory-budget.ts';
import { targetContent, type TargetContent } from '../../lib/transfer/target-content.ts';
import { faulty, type Faults } from './faulty.ts';
import { fixedClock, type FixedClock } from './fixed-clock.ts';
import { job as defaultJob } from './locations.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { memoryRunStore } from './memory-run-store.ts';
import { WatchedBucket } from './restorable.ts';
import { controlled } from './transfers.ts';

/** Milliseconds that a lock or a claim lives in these runs, and after which nobody thinks that it does. */
export const LEASE_MS = 60_000;
export const LEASE_IS_OVER_MS = 120_000;

/** Both datastores, the control bucket, the table and the clock, all in memory. The target is watched at every write. */
export interface MemoryCloud {
  readonly job: Job;
  readonly source: MemoryObjectStore;
  readonly target: MemoryObjectStore;
  readonly bucket: WatchedBucket;
  readonly control: MemoryObjectStore;
  readonly store: RunStore;
  readonly clock: FixedClock;
  readonly lines: string[];
  /** What was told, in its order. */
  readonly events: FlotillaEvent[];
  /** Reports of the runs that ended. */
  readonly reports: Report[];
}

export function memoryCloud(members: Partial<Job> = {}): MemoryCloud {
  const job = defaultJob(members);
  const bucket = new WatchedBucket(job.target.prefix);
  const buckets = new Map([[job.target.bucket, bucket]]);
  return {
    ...{ job, bucket, store: memoryRunStore(), clock: fixedClock(), lines: [], events: [], reports: [] },
    source: new MemoryObjectStore({ buckets, bucket: job.source.bucket, prefix: job.source.prefix }),
    target: new MemoryObjectStore({ buckets, bucket: job.target.bucket, prefix: job.target.prefix }),
    control: new MemoryObjectStore({ bucket: 'control' }),
  };
}

/** The same cloud at this moment, apart from the first: what happens to one does not happen to the other. The table is new. */
export function copyCloud(cloud: MemoryCloud): MemoryCloud {
  const copy = memoryCloud(cloud.job);
  for (const [key, object] of cloud.source.objects) copy.source.objects.set(key, object);
  copy.bucket.fillFrom(cloud.bucket);
  copy.clock.advance(cloud.clock.now() - copy.clock.now());
  return copy;
}

let runs = 0;

/** A run that starts now. */
export function newRun({ job, clock }: MemoryCloud): RunRef {
  runs += 1;
  return { job: job.id, id: `run-${String(runs)}`, startedAt: new Date(clock.now()).toISOString() };
}

export interface CallOptions {
  /** Passed by all calls of both datastores, the control bucket and the table. */
  readonly faults?: Faults;
  readonly stopReason?: () => StopReason | undefined;
  readonly job?: Job;
  /** What is known of the target: nothing, when each call is a process of its own. */
  readonly content?: TargetContent;
}

/** What the functions are given, all in one. */
export type AnyWorker = RemovalWorker & FinishWorker;

/** What one call of a function is given. */
export function callWorker(cloud: MemoryCloud, run: RunRef, options: CallOptions = {}): AnyWorker {
  const wrap = <T extends object>(contract: T): T => (options.faults === undefined ? contract : faulty(contract, options.faults));
  const target: ObjectWriter & ObjectRemover = wrap(cloud.target);
  const { transfersInFlight } = options.job ?? cloud.job;
  const tell = (message: string, at?: LogPlace): void => void cloud.lines.push(`${placePrefix(at)}${message}`);
  return {
    ...{ job: options.job ?? cloud.job, run, layout: pbsLayout, leaseMs: LEASE_MS, now: () => cloud.clock.now() },
    ...{ source: wrap(cloud.source), target, remover: target, control: wrap(cloud.control), store: wrap(cloud.store) },
    requests: { source: noRequests(), target: noRequests() },
    ...{ content: options.content ?? targetContent(pbsLayout), budget: memoryBudget(BODY_BYTES) },
    controller: controlled(typeof transfersInFlight === 'number' ? transfersInFlight : 4),
    ...watched(cloud, run, options),
    log: { info: tell, warn: tell, error: tell },
    controlBucket: 'control',
    ...wrap({ tell: async (event: FlotillaEvent) => void cloud.events.push(event) }),
    measureRun: (report) => void cloud.reports.push(report),
  };
}

/** A call knows by itself when to stop, and heeds who asks for it in the table. */
function watched({ store, clock }: MemoryCloud, run: RunRef, options: CallOptions): Pick<Worker, 'stopReason' | 'heedStop'> {
  const stop = watchStop(run, {
    store: options.faults === undefined ? store : faulty(store, options.faults),
    now: () => clock.now(),
  });
  return { stopReason: () => (stop.asked() ? 'asked' : options.stopReason?.()), heedStop: () => stop.look() };
}

export async function readPlan(cloud: MemoryCloud, { round: { planKey } }: Pick<StartDecision, 'round'>): Promise<PlanItem[]> {
  const plan = await cloud.control.get(planKey);
  return (plan?.bytes.toString() ?? '')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as PlanItem);
}

/** Calls sync-group for one line of the plan until it is done, as the state machine does. */
export async function syncUntilDone(item: PlanItem, openWorker: () => Worker, cloud: MemoryCloud): Promise<number> {
  let cursor: SyncCursor | null = null;
  let place: number | null = null;
  for (let calls = 1; ; calls += 1) {
    const [at, due]: [SyncCursor | null, number | null] = [cursor, place];
    const next: SyncGroupOutput = await retrying(() => syncGroup(item, at, openWorker(), due));
    if (next.done) return calls;
    cloud.clock.advance(next.waitSeconds * 1000);
    cursor = next.cursor;
    place = next.place ?? null;
  }
}

export interface RunResult {
  readonly run: RunRef;
  readonly start: StartDecision | undefined;
  readonly finish: FinishRunOutput;
  readonly report: Report;
  readonly records: readonly GroupRecord[];
}

/** As the machine's Retry does: what may pass is called again with the same input, a few times. */
export async function retrying<T>(work: () => Promise<T>, attempts = 6): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TransientError) || attempts <= 1) throw error;
    return retrying(work, attempts - 1);
  }
}

/** One whole run, its groups `worker-threads` at once. What a function throws ends the group or the run, as a Catch does. */
export async function runJob(cloud: MemoryCloud, options: CallOptions = {}, run = newRun(cloud)): Promise<RunResult> {
  const open = (): AnyWorker => callWorker(cloud, run, options);
  let input: Pick<FinishRunInput, 'start' | 'error'> = {};
  let start: StartDecision | undefined;
  try {
    start = await retrying(() => startRun({}, open().control, open()));
    input = { start: { ...start, job: {} } };
    if (start.items > 0) await syncAll(cloud, start, open);
    if (start.removeVanished) while (!(await retrying(() => removeVanished(open()))).done);
  } catch (error) {
    input = { ...input, error: { Error: (error as Error).name, Cause: (error as Error).message } };
  }
  const finish = await retrying(() => finishRun(input, open()));
  const records = await Array.fromAsync(cloud.store.listGroups(run));
  return { run, start, finish, report: cloud.reports.at(-1)!, records };
}

async function syncAll(cloud: MemoryCloud, start: StartDecision, open: () => Worker): Promise<void> {
  let { round } = start;
  while (round.items > 0) {
    cloud.clock.advance(round.waitSeconds * 1000);
    await inFlight(await readPlan(cloud, { round }), { limit: start.workerThreads }, async (item) => {
      // A child that failed leaves its mark in the table alone; the Map tolerates it.
      await syncUntilDone(item, open, cloud).catch(() => undefined);
    });
    round = await retrying(() => nextGroups(round.number, open().control, open()));
  }
}

/** Keys and bytes of a datastore, to compare. Etags follow from the bytes. */
export function contents(store: MemoryObjectStore): Record<string, string> {
  const prefix = store.prefix.length;
  const sorted = [...store.objects].filter(([key]) => key.startsWith(store.prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, { etag, size }]) => [key.slice(prefix), `${etag} ${String(size)}`]));
}
