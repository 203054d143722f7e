import { formatGroup, type Group, type ListedGroup } from '../datastore/group.ts';
import type { Phase } from '../datastore/layout.ts';
import type { Copies } from '../transfer/copies.ts';
import { outcomeMeter } from '../transfer/concurrency/outcome-meter.ts';
import type { Search } from '../transfer/known-content.ts';
import { runPhase, type PhaseOptions, type PhaseOutcome } from '../transfer/run-phase.ts';
import { openSlots, type Slot, type Slots } from '../transfer/slots.ts';
import { copyIndexes } from './copy-indexes.ts';
import type { Lease } from './lease.ts';
import type { Progress } from './progress.ts';
import { sharedDigests } from './run-files.ts';
import { openGroupCopies } from './transfer-route.ts';
import type { Worker } from './worker.ts';

/** One group at work under its lock. */
export interface Session {
  readonly worker: Worker;
  readonly group: Group;
  readonly targetGroup: Group;
  readonly lease: Lease;
  readonly progress: Progress;
  readonly slots: Slots;
  /** Server-side copies; undefined: objects are relayed. */
  readonly copies: Copies | undefined;
  /** What helps to find out what is on the target. */
  readonly search: Pick<Search, 'indexes' | 'sharers' | 'shared'>;
  /** Where in each window of transfers this group begins, 0 to 1. */
  readonly turn: number;
  /** Renews the lease, shows progress and heeds a wish to stop when that is due; who calls while another does so goes on. */
  readonly beat: () => Promise<void>;
  /** What ended the whole group, once something has: nothing more is begun then, and nothing committed. */
  failure: { readonly error: unknown } | undefined;
}

/** `to`: what the target has of the group. */
export function openSession(
  parts: Pick<Session, 'worker' | 'group' | 'targetGroup' | 'lease' | 'progress'>,
  to: ListedGroup,
): Session {
  const { worker, group, lease, progress } = parts;
  const { controller, budget, now, requests, control, run, store } = worker;
  const indexes = copyIndexes(to, group, worker);
  let sharers: Promise<number> | undefined;
  return {
    ...parts,
    copies: openGroupCopies(worker, group, progress),
    slots: openSlots({ controller, budget, now, meter: outcomeMeter([requests.source, requests.target]) }),
    search: {
      ...(indexes !== undefined && { indexes }),
      sharers: () => (sharers ??= store.loadRun(run).then((record) => Math.max(1, record?.working ?? 1))),
      shared: sharedDigests(control, run),
    },
    turn: turnOf(formatGroup(group)),
    beat: oneAtATime(async () => {
      await lease.renewIfDue();
      await progress.saveIfDue();
      await worker.heedStop();
    }),
    failure: undefined,
  };
}

/** A number from 0 to 1 that follows from a name: its FNV-1a hash. */
function turnOf(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) / 2 ** 32;
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

/** Whether the next safe point is where this call ends. */
export function mustStop({ worker, failure }: Session): boolean {
  return failure !== undefined || worker.stopReason() !== undefined;
}

/** Slots for the snapshot of this ordinal: older ones go first. */
export function slotsOf({ slots }: Pick<Session, 'slots'>, ordinal: number): { acquire(bytes: number): Promise<Slot> } {
  return { acquire: (bytes) => slots.acquire(ordinal, bytes) };
}

/** What one phase runs with besides what the whole group has. */
export interface PhaseWork extends Pick<PhaseOptions, 'tally' | 'watch'> {
  readonly ordinal: number;
  readonly from: number;
  readonly distrust: boolean;
  /** Asked before each transfer; a phase that is not asked goes to its end. */
  readonly stop?: () => boolean;
}

/** Runs one phase with the worker's limits; just before a commit it proves that the lock is still ours. */
export async function runSessionPhase(session: Session, phase: Phase, work: PhaseWork): Promise<PhaseOutcome> {
  const { worker, lease, search, turn, beat, copies } = session;
  if (phase.commits) await lease.prove();
  return runPhase(phase, work.from, {
    ...{ source: worker.source, target: worker.target, content: worker.content },
    // What replaces damage has to be seen.
    ...(copies !== undefined && !work.distrust && { copies }),
    ...{ tally: work.tally, distrust: work.distrust, slots: slotsOf(session, work.ordinal), ...search, turn, beat },
    ...(work.watch !== undefined && { watch: work.watch }),
    stop: work.stop ?? (() => false),
  });
}
