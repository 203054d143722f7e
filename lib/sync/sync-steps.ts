import type { ListedSnapshot } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import { forgetKnown } from '../transfer/tally.ts';
import type { SyncCursor } from './payloads.ts';
import type { SureStep } from './refine-plan.ts';
import { mustStop, type Session } from './session.ts';
import { settleInOrder, type OrderedWork } from './settle-in-order.ts';
import { openWork, prepareSnapshot, settleSnapshot, type Prepared, type Settleable, type SnapshotWork } from './sync-snapshot.ts';

/** Snapshots that may be under way at once, and bytes of their files that may be in memory. */
const MAX_AHEAD = 32;
const MAX_AHEAD_BYTES = 8 * 1024 * 1024;

/** Of a larger file only a piece is in memory at once. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

interface PreparedStep {
  readonly work: SnapshotWork;
  readonly prepared: Prepared;
}

/**
 * Copies snapshots: prepared side by side as long as there are slots to spare, committed strictly in their order. Where to go on,
 * when the call has to end before all are behind us; what was moved ahead of that is found on the target then.
 */
export async function syncSteps(
  session: Session,
  steps: readonly SureStep[],
  cursor: SyncCursor | null,
): Promise<SyncCursor | undefined> {
  const { layout } = session.worker;
  const unsettled = new Map<number, SnapshotWork>();
  let position: number | undefined;
  const work: OrderedWork<SureStep, PreparedStep> = {
    hasRoom,
    mayBegin: async () => {
      await session.slots.spare();
      return !mustStop(session);
    },
    begin: (step, ordinal) => {
      const opened = openWork(session, step, ordinal);
      unsettled.set(ordinal, opened);
      return begin(session, opened, positionIn(step, cursor, layout));
    },
    settle: async ({ work: of, prepared }) => {
      unsettled.delete(of.ordinal);
      if (prepared.kind === 'stopped') position = prepared.position;
      if (prepared.kind === 'stopped' || prepared.kind === 'ended' || session.failure !== undefined) return false;
      return settleOrFail(session, of, prepared);
    },
  };
  const settled = await settleInOrder(steps, work);
  // These begin anew in the next call, which counts what it finds of them.
  for (const { progress } of unsettled.values()) forgetKnown(progress.tally);
  if (session.failure !== undefined) throw session.failure.error;
  const next = steps[settled];
  return next && cursorAt(next, position ?? positionIn(next, cursor, layout), layout);
}

async function settleOrFail(session: Session, work: SnapshotWork, prepared: Settleable): Promise<boolean> {
  try {
    await settleSnapshot(session, work, prepared);
    return true;
  } catch (error) {
    session.failure ??= { error };
    return false;
  }
}

function begin(session: Session, work: SnapshotWork, from: number) {
  const prepared = prepareSnapshot(session, work, from).then((outcome) => ({ work, prepared: outcome }));
  return { prepared, comeForward: work.comeForward };
}

/** The oldest may always go: the others wait for it. */
function hasRoom({ snapshot }: SureStep, ahead: readonly SureStep[]): boolean {
  if (ahead.length === 0) return true;
  const bytes = ahead.reduce((sum, step) => sum + bytesOf(step.snapshot), bytesOf(snapshot));
  return ahead.length < MAX_AHEAD && bytes <= MAX_AHEAD_BYTES;
}

function bytesOf({ files }: ListedSnapshot): number {
  return files.reduce((sum, { size }) => sum + Math.min(size, MAX_FILE_BYTES), 0);
}

/** Where to begin in a snapshot: a manifest that was rewritten between two calls may name other archives. */
function positionIn(step: SureStep, cursor: SyncCursor | null, layout: Layout): number {
  const here = cursorAt(step, 0, layout);
  return cursor?.snapshot === here.snapshot && cursor.marker === here.marker ? cursor.position : 0;
}

function cursorAt({ snapshot }: SureStep, position: number, layout: Layout): SyncCursor {
  return { snapshot: snapshot.name, marker: layout.commitMarker(snapshot)?.etag ?? '', position };
}
