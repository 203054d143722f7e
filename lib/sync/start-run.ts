import type { Group } from '../datastore/group.ts';
import type { ObjectWriter } from '../datastore/object-store.ts';
import { ConfigError } from '../errors.ts';
import { admitRun, type Admission } from './admit-run.ts';
import type { Tell } from './event/event.ts';
import { runQueued, runStarted, ticksSkipped } from './event/run-begun.ts';
import { tellAndGoOn } from './event/tell-and-go-on.ts';
import { changeStanding } from './health/change-standing.ts';
import type { Standing } from './health/health.ts';
import { changed } from './health/standing-after.ts';
import { tellUntoldAndGoOn, withUntold } from './health/untold.ts';
import { reachOf } from './held-before.ts';
import { iso } from './iso.ts';
import { foundLine, startLines } from './log-lines.ts';
import type { RunTrigger, StartRunOutput, WrittenKey } from './payloads.ts';
import { planKey } from './run-files.ts';
import { skipReason, takeTurn, type RunStart } from './take-turn.ts';
import { routeLine } from './transfer-route.ts';
import type { Worker } from './worker.ts';
import { waitingRound } from './wait-for-others.ts';
import { stopIfAsked, writePlan } from './write-plan.ts';
import { openSince, takeWritten, writtenBy } from './written-groups.ts';

const NOTHING_WRITTEN = 'no backup was written that another run has not taken up';

/** Who starts a run tells of it. */
export type StartWorker = Worker & { readonly tell: Tell };

export type StartDecision = Omit<StartRunOutput, 'job'>;

/**
 * `written`: what the source said was written, beside what is known of that already. `selects`: what the run's own options
 * select in another way than the job's.
 */
export type StartTrigger = RunTrigger & { readonly written?: readonly WrittenKey[]; readonly selects?: OtherSelection };

/** Other groups: the run sees a part of the job. Other snapshots: what it calls missing is not what the job does. */
type OtherSelection = 'groups' | 'snapshots' | undefined;

/** Serves the tick, takes the run's turn, plans, and writes the groups that have work as JSON lines into the control bucket. */
export async function startRun(
  { written = [], selects, ...trigger }: StartTrigger,
  control: ObjectWriter,
  worker: StartWorker,
): Promise<StartDecision> {
  const { run, job } = worker;
  const route = routeLine(job);
  await worker.heedStop();
  stopIfAsked(worker);
  await addWritten(written, worker);
  const asked: RunStart = { ...run, ...trigger, ...(job.dryRun && { dryRun: true }) };
  const admission = await admit(trigger, written, worker);
  if (admission.kind !== 'go') return turnAway(admission, asked, worker);
  const record = { ...asked, ...admission.serves };
  const why = await notNow(record, worker);
  if (why !== undefined) return why;

  await begin(record, route, worker);
  await expectUnused(worker);
  tellThreads(worker);
  const only = trigger.pendingOnly === true ? await takeGroups(control, worker) : undefined;
  if (only?.length === 0) return skip(record, worker, NOTHING_WRITTEN, { quiet: true });
  return planGroups(record, worker, control, { only, selects });
}

async function begin(record: RunStart, route: string | undefined, worker: StartWorker): Promise<void> {
  const { store, job, log, now } = worker;
  await store.saveRun({ ...record, state: 'running' });
  await tellAndGoOn(runStarted(job, record, iso(now())), worker);
  await tellSkippedTicks(record, worker);
  for (const line of startLines(job, record)) log.info(line);
  if (route !== undefined) log.info(route);
}

interface Reach {
  readonly only: readonly Group[] | undefined;
  readonly selects: OtherSelection;
}

async function planGroups(
  record: RunStart,
  worker: Worker,
  control: ObjectWriter,
  { only, selects }: Reach,
): Promise<StartDecision> {
  const { store, run, job, log } = worker;
  const { items, working, groups, leftOut, held, at } = await writePlan(control, worker, only);
  const planned = { planKey: planKey(run), groups, working, leftOut, requests: worker.requests };
  const isWhole = only === undefined && selects === undefined;
  const looked = job.dryRun || selects === 'snapshots' ? {} : { looked: { at, whole: isWhole } };
  const seen = job.dryRun || only !== undefined ? looked : { ...looked, held: { reach: reachOf(job), snapshots: held } };
  await store.saveRun({ ...record, state: 'running', ...planned, ...seen });
  if (!job.dryRun) await store.beginWork(run);
  log.info(foundLine(working, groups));
  // What vanished shows in a listing of all groups alone.
  const removeVanished = job.removeVanished && !job.dryRun && only === undefined;
  const lines = job.dryRun ? 0 : items;
  const none = nothing(worker);
  return { ...none, items: lines, removeVanished, round: { ...none.round, items: lines } };
}

/** Before the run's turn: whichever run comes next takes it up, also when this one is skipped. */
async function addWritten(written: readonly WrittenKey[], { store, run, job, layout, now }: Worker): Promise<void> {
  // A run that waits asks again and again, and what it was told may be old by then.
  if (written.length === 0 || (await store.loadRun(run)) !== undefined) return;
  for (const each of written) {
    const group = writtenBy(each, job, layout);
    if (group !== undefined) await store.addWritten(job.id, group, now());
  }
}

/** Whoever asks by the clock for what is open mostly asks in vain. A run that is there already goes on as it began. */
async function admit(trigger: RunTrigger, written: readonly WrittenKey[], worker: Worker): Promise<Admission> {
  const isLook = trigger.pendingOnly === true && written.length === 0;
  const isNew = isLook && (await worker.store.loadRun(worker.run)) === undefined;
  if (isNew && (await openSince(worker)).length === 0) return { kind: 'none', why: NOTHING_WRITTEN };
  return admitRun(trigger, worker);
}

async function takeGroups(control: ObjectWriter, worker: Worker): Promise<readonly Group[]> {
  const taken = await takeWritten(control, worker);
  worker.log.info(`task triggered by backups: ${String(taken.length)} groups were written`);
  return taken.map(({ group }) => group);
}

async function turnAway(
  admission: Exclude<Admission, { kind: 'go' }>,
  record: RunStart,
  worker: StartWorker,
): Promise<StartDecision> {
  if (admission.kind === 'skip') return skip({ ...record, ...admission.serves }, worker, admission.why, admission);
  worker.log.info(admission.why);
  return { ...nothing(worker), decision: 'none' };
}

/** Why the run may not go now; undefined: it may. */
async function notNow(record: RunStart, worker: StartWorker): Promise<StartDecision | undefined> {
  const { job, now } = worker;
  const onQueued = (why: string): Promise<void> => tellAndGoOn(runQueued(job, record, iso(now()), why), worker);
  const blocked = await takeTurn(record, { ...worker, onQueued });
  if (blocked === undefined) return undefined;
  if (blocked.decision === 'skip') return skip(record, worker, skipReason(blocked));
  const round = await waitingRound({ what: 'turn', number: 0, restSeconds: 0 }, worker.control, worker);
  return { ...nothing(worker), decision: 'wait', round };
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

function nothing({ job, run }: Worker): StartDecision {
  return {
    decision: 'go',
    workerThreads: job.workerThreads,
    items: 0,
    removeVanished: false,
    round: { number: 0, items: 0, planKey: planKey(run), waitSeconds: 0 },
  };
}

/** Recorded; `quiet` where it is as it should be. */
async function skip(record: RunStart, worker: StartWorker, why: string, { quiet } = { quiet: false }): Promise<StartDecision> {
  worker.log[quiet ? 'info' : 'warn'](`skipped: ${why}`);
  await tellSkippedTicks(record, worker);
  await worker.store.saveRun({ ...record, state: 'skipped', message: why, ...(quiet && { quiet }) });
  return { ...nothing(worker), decision: 'skip' };
}

async function tellSkippedTicks(record: RunStart, worker: StartWorker): Promise<void> {
  const skipped = ticksSkipped(worker.job, record, iso(worker.now()));
  if (skipped === undefined) return;
  const { id } = worker.job;
  const isNew = (before: Standing | undefined): Standing => changed(before, withUntold(before, [skipped]), skipped.at);
  await tellUntoldAndGoOn(id, await changeStanding(id, isNew, worker), worker);
}
