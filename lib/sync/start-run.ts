import type { ObjectWriter } from '../datastore/object-store.ts';
import { ConfigError, ConflictError } from '../errors.ts';
import { formatGroup } from '../datastore/group.ts';
import type { PlanItem, StartRunOutput } from './payloads.ts';
import { planItem, planRun, type PlannedGroup, type PlannedNamespaces } from './plan-run.ts';
import { planKey } from './run-files.ts';
import type { RunRecord } from './run-store.ts';
import { SKIP_WORDS } from './skip-reasons.ts';
import { copyRoute } from './transfer-route.ts';
import { plural } from './words.ts';
import type { Worker } from './worker.ts';

/** How long a run that has to wait for its turn sleeps before it asks again. */
const TURN_SECONDS = 15;

/** Runs of one job that may wait behind the active one; one more is skipped, and recorded as skipped. */
const QUEUE_DEPTH = 1;

export type StartDecision = Omit<StartRunOutput, 'job'>;

/** Claims the tick and the job's turn, plans, and writes the groups that have work as JSON lines into the control bucket. */
export async function startRun(scheduledTime: string | undefined, control: ObjectWriter, worker: Worker): Promise<StartDecision> {
  const { store, run, job, now, leaseMs, log } = worker;
  copyRoute(job);
  if (worker.stopReason() === 'asked') throw stopped();
  if (scheduledTime !== undefined && !(await store.claimTick(run.job, scheduledTime, run.id, now()))) {
    return skip(worker, `the tick ${scheduledTime} is served by another execution`);
  }
  const claim = job.dryRun ? { claimed: true as const } : await store.claimJob(run, now(), leaseMs);
  if (!claim.claimed && claim.waiting >= QUEUE_DEPTH)
    return skip(worker, `run ${claim.heldBy} is at work and another one waits already`);
  if (!claim.claimed) {
    log.info(`waits for its turn: run ${claim.heldBy} of this job is at work`);
    await store.saveRun({ ...run, state: 'waiting', ...tick(scheduledTime), message: `waits for run ${claim.heldBy}` });
    return { ...nothing(worker), decision: 'wait', waitSeconds: TURN_SECONDS };
  }
  await store.saveRun({ ...run, state: 'running', ...tick(scheduledTime) });
  await expectUnused(worker);
  tellThreads(worker);
  const { items, groups } = await writePlan(control, worker);
  await store.saveRun({
    ...run,
    state: 'running',
    ...tick(scheduledTime),
    planKey: planKey(run),
    groups,
    requests: worker.requests,
  });
  log.info(`found ${plural(groups, 'group')} on the source, ${plural(items, 'worker')} needed`);
  return { ...nothing(worker), items: job.dryRun ? 0 : items, removeVanished: job.removeVanished && !job.dryRun };
}

/** A PBS that has the copy attached deletes, at its next garbage collection, every chunk it has not seen in an index (facts/pbs.md 2.6). */
async function expectUnused({ target, layout, job, log }: Worker): Promise<void> {
  for await (const page of target.list(layout.inUseMarker, { pageSize: 1 })) {
    if (!page.some(({ key }) => key === layout.inUseMarker)) return;
    const what = `datastore ${job.target.id} is attached to a PBS: it has ${layout.inUseMarker}`;
    if (job.targetInUse === 'allow') {
      log.warn(`${what}; refresh it there after each run, before its garbage collection`);
      return;
    }
    const message =
      `${what}. Its garbage collection would delete the chunks that this job writes, and with them the new snapshots;` +
      ' detach it there first (remove the datastore, keep its data), or set target-in-use: allow and see docs/restore.md';
    throw new ConfigError('TARGET_IN_USE', message, { context: { job: job.id, datastore: job.target.id } });
  }
}

function tellThreads({ job: { workerThreads, workerThreadsWanted }, log }: Worker): void {
  if (workerThreads >= workerThreadsWanted) return;
  log.info(
    `worker-threads ${String(workerThreadsWanted)} is above max-worker-threads: ${String(workerThreads)} groups go at once`,
  );
}

function tick(scheduledTime: string | undefined): Pick<RunRecord, 'scheduledTime'> {
  return scheduledTime === undefined ? {} : { scheduledTime };
}

function nothing({ job, run }: Worker): StartDecision {
  return {
    decision: 'go',
    waitSeconds: 0,
    workerThreads: job.workerThreads,
    items: 0,
    planKey: planKey(run),
    removeVanished: false,
  };
}

async function skip(worker: Worker, why: string): Promise<StartDecision> {
  worker.log.warn(`skipped: ${why}`);
  await worker.store.saveRun({ ...worker.run, state: 'skipped', message: why });
  return { ...nothing(worker), decision: 'skip' };
}

async function writePlan(control: ObjectWriter, worker: Worker): Promise<{ items: number; groups: number }> {
  const lines: string[] = [];
  let groups = 0;
  for await (const planned of planRun(worker)) {
    if (worker.stopReason() === 'asked') throw stopped();
    if (planned.kind === 'group') groups += 1;
    tellSkipped(planned, worker);
    const item: PlanItem | undefined = planItem(planned);
    if (item !== undefined) lines.push(`${JSON.stringify(item)}\n`);
  }
  if (groups === 0) await expectDatastore(worker);
  await control.put(planKey(worker.run), Buffer.from(lines.join('')));
  return { items: lines.length, groups };
}

function stopped(): ConflictError {
  return new ConflictError('RUN_STOPPED', 'stopped on request before anything was written');
}

function tellSkipped(planned: PlannedGroup | PlannedNamespaces, { log }: Worker): void {
  if (planned.kind !== 'group') return;
  for (const { reason, count, first, last } of planned.plan.skipped) {
    const range = count === 1 ? first : `${first} .. ${last}`;
    log.info(`skipped: ${String(count)} snapshot(s) (${range}) - ${SKIP_WORDS[reason]}`, formatGroup(planned.source.group));
  }
}

/** A source without groups may be new; one without any object is a wrong prefix, and must not pass as a good run. */
async function expectDatastore({ source, job }: Worker): Promise<void> {
  for await (const page of source.list('', { pageSize: 1 })) {
    if (page.length > 0) return;
  }
  const { id, bucket, prefix } = job.source;
  const message =
    `datastore ${id}: there is nothing below ${prefix}/ in bucket ${bucket}; the prefix of a pbs datastore is the name it has in PBS:` +
    ' correct bucket or prefix in the configuration';
  throw new ConfigError('DATASTORE_NOT_FOUND', message, { context: { job: job.id, datastore: id } });
}
