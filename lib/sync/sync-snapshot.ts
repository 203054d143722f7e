import type { Phase, SnapshotPhases } from '../datastore/layout.ts';
import { DataError } from '../errors.ts';
import type { PhaseOutcome, TransferWatch } from '../transfer/run-phase.ts';
import { slottedReader } from '../transfer/slotted-reader.ts';
import { archiveLog } from './archive-log.ts';
import { heldLog, type HeldLog } from './held-log.ts';
import { placeOf, snapshotsDoneLine, snapshotStartLine } from './log-lines.ts';
import { recordDamage, saveReplicated, tellVanished } from './record-snapshot.ts';
import { OF_COPIES, type SureStep } from './refine-plan.ts';
import type { SnapshotEnd, SnapshotProgress } from './snapshot-progress.ts';
import { targetPlace } from './target-place.ts';
import { mustStop, runSessionPhase, slotsOf, type Session } from './session.ts';

/** One snapshot on its way, from when it is opened to its commit. */
export interface SnapshotWork {
  readonly step: SureStep;
  /** Its place in the order of commits. */
  readonly ordinal: number;
  readonly progress: SnapshotProgress;
  readonly log: HeldLog;
  /** Says what is being done, once it is this snapshot's turn. */
  readonly doing: (what: string) => void;
  readonly comeForward: () => void;
}

export function openWork({ worker, progress }: Session, step: SureStep, ordinal: number): SnapshotWork {
  const log = heldLog(worker.log);
  let isForward = false;
  let doing = '';
  const tell = (): void => {
    if (isForward && doing !== '') progress.doing(`${step.snapshot.name} ${doing}`);
  };
  return {
    ...{ step, ordinal, log, progress: progress.begin({ snapshot: step.snapshot.name, reason: step.reason }) },
    doing: (what) => {
      doing = what;
      tell();
    },
    comeForward: () => {
      isForward = true;
      log.open();
      tell();
    },
  };
}

/** All of a snapshot that may be written before its turn. */
interface Ready {
  readonly kind: 'ready';
  readonly opened: SnapshotPhases;
  /** What is left for its turn: its commit, at least. */
  readonly rest: readonly Phase[];
  readonly watch: (phase: Phase) => TransferWatch;
}

/** What became of a snapshot before its turn; `stopped` at a position in its bulk. `ended`: with the whole group. */
export type Prepared =
  | Ready
  | { readonly kind: 'stopped'; readonly position: number }
  | { readonly kind: 'vanished' }
  | { readonly kind: 'damaged'; readonly error: DataError }
  | { readonly kind: 'ended' };

/** What is settled when its turn has come. */
export type Settleable = Exclude<Prepared, { kind: 'stopped' | 'ended' }>;

/** Opens a snapshot and moves what no reader can see yet, from position `from` of its bulk on. Never throws: what ends the group is left in the session. */
export async function prepareSnapshot(session: Session, work: SnapshotWork, from: number): Promise<Prepared> {
  try {
    return await prepare(session, work, from);
  } catch (error) {
    if (error instanceof DataError) return { kind: 'damaged', error };
    session.failure ??= { error };
    return { kind: 'ended' };
  }
}

async function prepare(session: Session, work: SnapshotWork, from: number): Promise<Prepared> {
  const { step, log } = work;
  log.info(snapshotStartLine(step, from > 0), placeOf(session.group, step.snapshot.name));
  const opened = await open(session, work);
  if (opened === undefined) return { kind: 'vanished' };
  const { watch } = archiveLog({ group: session.group, step, opened }, { log, now: session.worker.now });
  const [ahead, rest] = splitPhases(session, step, opened.phases);
  for (const phase of ahead) {
    const stop = () => (phase.resumable ? mustStop(session) : session.failure !== undefined);
    const outcome = await runWorkPhase(session, work, { phase, from, watch: watch(phase), stop });
    if (session.failure !== undefined) return { kind: 'ended' };
    if (!outcome.done) return { kind: 'stopped', position: outcome.position };
  }
  return { kind: 'ready', opened, rest, watch };
}

async function open(
  { worker, group, targetGroup, slots }: Session,
  { step, ordinal }: SnapshotWork,
): Promise<SnapshotPhases | undefined> {
  const { layout, source, target, store, job } = worker;
  const { snapshot, existing, reason } = step;
  const through = slotsOf({ slots }, ordinal);
  const sides = { group, targetGroup, snapshot, source: slottedReader(source, through), target: slottedReader(target, through) };
  // Nothing of a damaged copy is trusted: it is proven in full, or written anew.
  if (reason === 'corrupt') return layout.openSnapshot({ ...sides, existing: undefined, verify: 'full' });
  if (existing === undefined) return layout.openSnapshot({ ...sides, existing, verify: job.verify });
  const replica = await store.loadReplica(targetPlace(job.target), targetGroup, snapshot.name);
  const isUntouched = (digest: string): boolean => digest === replica?.markerDigest;
  return layout.openSnapshot({ ...sides, existing, isUntouched, verify: job.verify });
}

/** What nobody sees may be written ahead of its turn. The files of a copy that is visible already wait, its chunks do not. */
function splitPhases(
  { worker }: Session,
  { existing, reason }: SureStep,
  phases: readonly Phase[],
): readonly [readonly Phase[], readonly Phase[]] {
  const isVisible = existing !== undefined && worker.layout.isFinished(existing);
  const first = phases.findIndex((phase) => phase.commits || (isVisible && !phase.resumable));
  const at = first < 0 ? phases.length : first;
  // The copy's own manifest stays, with what the target's PBS has written into it since.
  return [phases.slice(0, at), phases.slice(at).filter((phase) => !phase.commits || reason !== 'added')];
}

interface WorkPhase {
  readonly phase: Phase;
  readonly from: number;
  readonly watch: TransferWatch;
  readonly stop?: () => boolean;
}

function runWorkPhase(
  session: Session,
  { step, ordinal, progress, doing }: SnapshotWork,
  { phase, from, ...how }: WorkPhase,
): Promise<PhaseOutcome> {
  doing(phase.name);
  const distrust = step.reason === 'corrupt';
  return runSessionPhase(session, phase, { ordinal, tally: progress.tally, distrust, from: phase.resumable ? from : 0, ...how });
}

/** Commits a snapshot, or records why there is nothing to commit. */
export async function settleSnapshot(session: Session, work: SnapshotWork, prepared: Settleable): Promise<void> {
  const { worker, progress, group } = session;
  let outcome: SnapshotEnd['outcome'] = 'copied';
  try {
    await settle(session, work, prepared);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const end = await recordDamage(session, work.step, error);
    await progress.end(work.progress, end);
    ({ outcome } = end);
  }
  worker.log.info(snapshotsDoneLine(group, progress.position(), outcome === 'failed'), placeOf(group));
}

async function settle(session: Session, work: SnapshotWork, prepared: Settleable): Promise<void> {
  const { step, progress } = work;
  if (prepared.kind === 'damaged') throw prepared.error;
  if (prepared.kind === 'vanished') {
    await session.progress.end(progress, tellVanished(session, step));
    return;
  }
  const { opened, rest, watch } = prepared;
  // None of these phases can be stopped: one that ends early would pass for one that is done.
  for (const phase of rest) await runWorkPhase(session, work, { phase, from: 0, watch: watch(phase) });
  await Promise.all([
    session.progress.end(progress, { outcome: OF_COPIES.includes(step.reason) ? 'updated' : 'copied' }),
    saveReplicated(session, step, opened, progress.moved()),
  ]);
}
