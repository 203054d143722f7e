import { formatGroup, type Group } from '../datastore/group.ts';
import type { Phase, SnapshotPhases } from '../datastore/layout.ts';
import { DataError } from '../errors.ts';
import type { KnownContent } from '../transfer/known-content.ts';
import { runPhase, type PhaseOptions, type PhaseOutcome } from '../transfer/run-phase.ts';
import { failureOf } from './failure.ts';
import type { Lease } from './lease.ts';
import type { PullStep } from './plan-group.ts';
import { iso, type Progress } from './progress.ts';
import type { Replica } from './run-store.ts';
import { targetPlace } from './target-place.ts';
import { copyRoute } from './transfer-route.ts';
import { formatBytes, plural } from './words.ts';
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
export async function syncSnapshot(session: Session, step: PullStep, from: number): Promise<number | undefined> {
  const { progress } = session;
  const before = { chunks: progress.tally.chunks, bytes: progress.tally.bytes };
  try {
    const opened = await open(session, step);
    if (opened === undefined) {
      vanished(session, step);
      return undefined;
    }
    const position = await runPhases(session, step, opened, from);
    if (position !== undefined) return position;
    await saveReplicated(session, step, opened, before);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    if (await isGone(session, step)) vanished(session, step);
    else await recordFailure(session, step, error);
  }
  progress.snapshotDone();
  return undefined;
}

function open({ worker, group, targetGroup }: Session, { snapshot, existing }: PullStep): Promise<SnapshotPhases | undefined> {
  const { layout, source, target } = worker;
  return layout.openSnapshot({ group, targetGroup, snapshot, existing, source, target });
}

async function runPhases(session: Session, step: PullStep, opened: SnapshotPhases, from: number): Promise<number | undefined> {
  for (const phase of opened.phases) {
    session.progress.doing(`${step.snapshot.name} ${phase.name}`);
    const outcome = await runSessionPhase(session, phase, phase.resumable ? from : 0);
    if (!outcome.done) return outcome.position;
  }
  return undefined;
}

/** Runs one phase with the worker's limits; just before a commit it proves that the lock is still ours. */
export async function runSessionPhase(session: Session, phase: Phase, from: number): Promise<PhaseOutcome> {
  const { worker, lease, progress, known } = session;
  if (phase.commits) await lease.prove();
  const options: PhaseOptions = {
    source: worker.source,
    target: worker.target,
    ...copyRoute(worker.job),
    tally: progress.tally,
    known,
    limit: worker.job.transfersInFlight,
    stop: () => phase.resumable && worker.stopReason() !== undefined,
    beat: oneAtATime(async () => {
      await lease.renewIfDue();
      await progress.saveIfDue();
    }),
  };
  return runPhase(phase, from, options);
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
async function isGone({ worker, group }: Session, { snapshot }: PullStep): Promise<boolean> {
  const marker = worker.layout.commitMarker(snapshot);
  if (marker === undefined) return true;
  return (await worker.source.head(`${worker.layout.snapshotPrefix(group, snapshot.name)}${marker.name}`)) === undefined;
}

function vanished({ worker, group, progress }: Session, { snapshot }: PullStep): void {
  worker.log.info(`${snapshot.name}: skipped because it vanished from the source`, formatGroup(group));
  progress.vanished(snapshot.name);
}

async function recordFailure(session: Session, { snapshot }: PullStep, error: DataError): Promise<void> {
  const { worker, progress, group, targetGroup } = session;
  progress.tally.snapshotsFailed += 1;
  progress.fail(error, snapshot.name);
  const { code, message } = failureOf(error);
  worker.log.warn(`${snapshot.name}: sync failed - ${message}`, formatGroup(group));
  await worker.store.saveReplica(targetPlace(worker.job.target), targetGroup, {
    ...{ snapshot: snapshot.name, state: 'failed', at: iso(worker.now()), run: worker.run.id },
    ...{ archives: [], chunks: 0, bytes: 0, error: `${code}: ${message}` },
  });
}

async function saveReplicated(
  session: Session,
  { snapshot, reason }: PullStep,
  { archives }: SnapshotPhases,
  before: { readonly chunks: number; readonly bytes: number },
): Promise<void> {
  const { worker, progress, targetGroup, group } = session;
  const { layout, job, run, store } = worker;
  const sourceEtag = layout.commitMarker(snapshot)?.etag;
  if (reason === 'changed') progress.tally.snapshotsUpdated += 1;
  else progress.tally.snapshotsCopied += 1;
  const chunks = progress.tally.chunks - before.chunks;
  const bytes = progress.tally.bytes - before.bytes;
  const replica: Replica = {
    ...{ snapshot: snapshot.name, state: 'replicated', at: iso(worker.now()), run: run.id, archives, chunks, bytes },
    ...(sourceEtag !== undefined && { sourceEtag }),
  };
  await store.saveReplica(targetPlace(job.target), targetGroup, replica);
  worker.log.info(`${snapshot.name}: sync done, ${plural(chunks, 'chunk')}, ${formatBytes(bytes)} written`, formatGroup(group));
}
