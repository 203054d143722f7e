import type { Group } from '../datastore/group.ts';
import { UNREADABLE, type Phase, type SnapshotPhases } from '../datastore/layout.ts';
import { DataError } from '../errors.ts';
import type { TransferTally } from '../transfer/tally.ts';
import type { KnownContent } from '../transfer/known-content.ts';
import { runPhase, type PhaseOptions, type PhaseOutcome, type TransferWatch } from '../transfer/run-phase.ts';
import { archiveLog } from './archive-log.ts';
import { failureOf } from './failure.ts';
import type { Lease } from './lease.ts';
import { failedLine, placeOf, snapshotEndLine, snapshotsDoneLine, snapshotStartLine } from './log-lines.ts';
import { iso, type Progress } from './progress.ts';
import type { Replica } from './run-store.ts';
import { targetPlace } from './target-place.ts';
import { OF_COPIES, type SureStep } from './refine-plan.ts';
import { SKIP_WORDS, type SkipReason } from './skip-reasons.ts';
import type { SnapshotEnd, SnapshotProgress } from './snapshot-progress.ts';
import { copyRoute } from './transfer-route.ts';
import type { Worker } from './worker.ts';

/** One group at work under its lock. */
export interface Session {
  readonly worker: Worker;
  readonly group: Group;
  readonly targetGroup: Group;
  readonly lease: Lease;
  readonly progress: Progress;
  readonly known: KnownContent;
}

/** `position`: the call must end here, in the snapshot's bulk; undefined: the snapshot is behind us, copied or failed. */
export async function syncSnapshot(session: Session, step: SureStep, from: number): Promise<number | undefined> {
  const { progress, worker, group } = session;
  const moving = progress.begin({ snapshot: step.snapshot.name, reason: step.reason });
  worker.log.info(snapshotStartLine(step, from > 0), placeOf(group, step.snapshot.name));
  try {
    const opened = await open(session, step);
    const position = opened === undefined ? undefined : await runPhases({ session, step, moving }, opened, from);
    if (position !== undefined) return position;
    await (opened === undefined ? endVanished(session, step, moving) : endReplicated({ session, step, moving }, opened));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    await progress.end(moving, await recordDamage(session, step, error));
  }
  const { snapshotsDone, snapshots } = progress.position();
  worker.log.info(snapshotsDoneLine(group, snapshotsDone, snapshots), placeOf(group));
  return undefined;
}

function open(
  { worker, group, targetGroup }: Session,
  { snapshot, existing, reason }: SureStep,
): Promise<SnapshotPhases | undefined> {
  const { layout, source, target } = worker;
  // Nothing of a damaged copy is trusted: it is written anew.
  return layout.openSnapshot({
    group,
    targetGroup,
    snapshot,
    existing: reason === 'corrupt' ? undefined : existing,
    source,
    target,
  });
}

async function endVanished(session: Session, step: SureStep, moving: SnapshotProgress): Promise<void> {
  tellLeftOut(session, step, 'vanished');
  await session.progress.end(moving, VANISHED);
}

async function endReplicated({ session, step, moving }: Begun, opened: SnapshotPhases): Promise<void> {
  const end: SnapshotEnd = { outcome: OF_COPIES.includes(step.reason) ? 'updated' : 'copied' };
  await Promise.all([session.progress.end(moving, end), saveReplicated(session, step, opened, moving.moved())]);
}

const VANISHED: SnapshotEnd = { outcome: 'left-out', skipped: 'vanished' };

interface Begun {
  readonly session: Session;
  readonly step: SureStep;
  readonly moving: SnapshotProgress;
}

async function runPhases({ session, step, moving }: Begun, opened: SnapshotPhases, from: number): Promise<number | undefined> {
  const archives = archiveLog({ group: session.group, step, opened }, session.worker);
  for (const phase of opened.phases) {
    // The copy's own manifest stays, with what the target's PBS has written into it since.
    if (phase.commits && step.reason === 'added') continue;
    session.progress.doing(`${step.snapshot.name} ${phase.name}`);
    const outcome = await runSessionPhase(session, phase, {
      from: phase.resumable ? from : 0,
      distrust: step.reason === 'corrupt',
      tally: moving.tally,
      watch: archives.watch(phase),
    });
    if (!outcome.done) return outcome.position;
  }
  return undefined;
}

/** Runs one phase with the worker's limits; just before a commit it proves that the lock is still ours. */
export async function runSessionPhase(
  session: Session,
  phase: Phase,
  how: { from: number; distrust: boolean; tally: TransferTally; watch?: TransferWatch },
): Promise<PhaseOutcome> {
  const { worker, lease, progress, known } = session;
  if (phase.commits) await lease.prove();
  const options: PhaseOptions = {
    source: worker.source,
    target: worker.target,
    ...copyRoute(worker.job),
    tally: how.tally,
    known,
    limit: worker.job.transfersInFlight,
    distrust: how.distrust,
    ...(how.watch !== undefined && { watch: how.watch }),
    stop: () => phase.resumable && worker.stopReason() !== undefined,
    beat: oneAtATime(async () => {
      await lease.renewIfDue();
      await progress.saveIfDue();
    }),
  };
  return runPhase(phase, how.from, options);
}

/** Transfers end together; one of them at a time does the bookkeeping, the others go on. */
function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let busy = false;
  return async () => {
    if (busy) return;
    busy = true;
    try {
      await task();
    } finally {
      busy = false;
    }
  };
}

/** Something was missing or changed: was the snapshot taken away while we read it? */
async function isGone({ worker, group }: Session, { snapshot }: SureStep): Promise<boolean> {
  const marker = worker.layout.commitMarker(snapshot);
  if (marker === undefined) return true;
  return (await worker.source.head(`${worker.layout.snapshotPrefix(group, snapshot.name)}${marker.name}`)) === undefined;
}

function tellLeftOut({ worker, group }: Session, { snapshot }: SureStep, reason: SkipReason): void {
  worker.log.info(`${snapshot.name}: skipped: ${SKIP_WORDS[reason]}`, placeOf(group, snapshot.name));
}

/** What a data error means for its snapshot: taken away meanwhile, left out until it reads, or failed; the last two are tried again. */
async function recordDamage(session: Session, step: SureStep, error: DataError): Promise<SnapshotEnd> {
  if (await isGone(session, step)) {
    tellLeftOut(session, step, 'vanished');
    return VANISHED;
  }
  if (error.code === UNREADABLE) tellLeftOut(session, step, 'unreadable');
  await saveFailed(session, step, error);
  return error.code === UNREADABLE ? { outcome: 'left-out', skipped: 'unreadable' } : { outcome: 'failed', error };
}

async function saveFailed(session: Session, { snapshot }: SureStep, error: DataError): Promise<void> {
  const { worker, group, targetGroup } = session;
  const { code, message } = failureOf(error);
  worker.log.error(failedLine(`${snapshot.name}: sync`, message), placeOf(group, snapshot.name, error.context.archive));
  await worker.store.saveReplica(targetPlace(worker.job.target), targetGroup, {
    ...{ snapshot: snapshot.name, state: 'failed', at: iso(worker.now()), run: worker.run.id },
    ...{ archives: [], chunks: 0, bytes: 0, error: `${code}: ${message}` },
  });
}

async function saveReplicated(
  session: Session,
  { snapshot }: SureStep,
  { archives, markerDigest }: SnapshotPhases,
  { chunks, bytes }: TransferTally,
): Promise<void> {
  const { worker, targetGroup, group } = session;
  const { layout, job, run, store } = worker;
  const sourceEtag = layout.commitMarker(snapshot)?.etag;
  const replica: Replica = {
    ...{ snapshot: snapshot.name, state: 'replicated', at: iso(worker.now()), run: run.id, archives, chunks, bytes },
    ...(sourceEtag !== undefined && { sourceEtag }),
    ...(markerDigest !== undefined && { markerDigest }),
  };
  await store.saveReplica(targetPlace(job.target), targetGroup, replica);
  worker.log.info(snapshotEndLine(snapshot.name, bytes), placeOf(group, snapshot.name));
}
