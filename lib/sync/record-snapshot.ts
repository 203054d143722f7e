import { UNREADABLE, type SnapshotPhases } from '../datastore/layout.ts';
import type { DataError } from '../errors.ts';
import type { TransferTally } from '../transfer/tally.ts';
import { failureOf } from './failure.ts';
import { failedLine, placeOf, snapshotEndLine } from './log-lines.ts';
import { iso } from './iso.ts';
import type { SureStep } from './refine-plan.ts';
import type { Replica } from './run-store.ts';
import type { Session } from './session.ts';
import { SKIP_WORDS, type SkipReason } from './skip-reasons.ts';
import type { SnapshotEnd } from './snapshot-progress.ts';
import { targetPlace } from './target-place.ts';

/** The snapshot was taken away from the source since it was listed. */
export function tellVanished(session: Session, step: SureStep): SnapshotEnd {
  tellLeftOut(session, step, 'vanished');
  return { outcome: 'left-out', skipped: 'vanished' };
}

function tellLeftOut({ worker, group }: Session, { snapshot }: SureStep, reason: SkipReason): void {
  worker.log.info(`${snapshot.name}: skipped: ${SKIP_WORDS[reason]}`, placeOf(group, snapshot.name));
}

/** What a data error means for its snapshot: taken away meanwhile, left out until it reads, or failed; the last two are tried again. */
export async function recordDamage(session: Session, step: SureStep, error: DataError): Promise<SnapshotEnd> {
  if (await isGone(session, step)) return tellVanished(session, step);
  if (error.code === UNREADABLE) tellLeftOut(session, step, 'unreadable');
  await saveFailed(session, step, error);
  return error.code === UNREADABLE ? { outcome: 'left-out', skipped: 'unreadable' } : { outcome: 'failed', error };
}

/** Something was missing or changed: was the snapshot taken away while we read it? */
async function isGone({ worker, group }: Session, { snapshot }: SureStep): Promise<boolean> {
  const marker = worker.layout.commitMarker(snapshot);
  if (marker === undefined) return true;
  return (await worker.source.head(`${worker.layout.snapshotPrefix(group, snapshot.name)}${marker.name}`)) === undefined;
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

/** Remembers the snapshot in the replica catalogue. `moved`: what was moved for it. */
export async function saveReplicated(
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
