import type { Phase, Transfer } from '../datastore/layout.ts';
import type { ObjectWriter } from '../datastore/object-store.ts';
import { bearDamage, type Damage } from './bear-damage.ts';
import type { Search } from './known-content.ts';
import { giveBack, locate, moveLocated, ticketFor, type Located } from './move-located.ts';
import type { Route } from './move-object.ts';
import type { Slot } from './slots.ts';
import type { TransferTally } from './tally.ts';
import type { TargetContent } from './target-content.ts';
import { underWay, type UnderWay } from './under-way.ts';
import { windows } from './windows.ts';

export interface PhaseOptions extends Route, Search {
  readonly target: ObjectWriter;
  readonly content: TargetContent;
  /** Where the slots of this snapshot's transfers come from. */
  readonly slots: { acquire(bytes: number): Promise<Slot> };
  /** Where in each window of the bulk to begin, 0 to 1: the same in every call for one group. */
  readonly turn: number;
  /** Whether what is on the target is believed only after it was read and verified, and replaced when it is not good. */
  readonly distrust: boolean;
  /** True from the moment when the worker has to stop at the next safe point. */
  readonly stop: () => boolean;
  /** Called after each transfer, and each page of a listing that searches for many: renews the lease and shows progress. What it throws ends the phase. */
  readonly beat: () => Promise<void>;
  readonly watch?: TransferWatch;
}

/** Is told of each transfer that the target needs: when it begins, and when it has ended well, with the bytes written for it. */
export interface TransferWatch {
  begun(transfer: Transfer): void;
  ended(transfer: Transfer, bytes: number): void;
}

/** `position`: transfers of the phase that are behind us; `done` when that is all of them. */
export interface PhaseOutcome {
  readonly done: boolean;
  readonly position: number;
}

/**
 * Moves what a phase names and the target lacks, from transfer number `from` on. Stops early only between transfers, with all
 * that were begun ended. Throws the first failure, when all others under way have ended; where the phase holds the bulk, what
 * is damaged does not keep the rest from moving, and is told together at the end.
 */
export async function runPhase(phase: Phase, from: number, options: PhaseOptions): Promise<PhaseOutcome> {
  const damage = bearDamage(phase);
  const tasks = underWay();
  const outcome = await issueAll(phase, from, { tasks, damage, options }).catch(tasks.fail);
  await tasks.settle();
  if (outcome?.done !== false || damage.found) damage.tell();
  return outcome ?? { done: true, position: 0 };
}

/** A phase at work. */
interface Flight {
  readonly tasks: UnderWay;
  readonly damage: Damage;
  readonly options: PhaseOptions;
}

/** The next window is looked at while the last transfers of the one before are under way. */
async function issueAll(phase: Phase, from: number, flight: Flight): Promise<PhaseOutcome> {
  let position = 0;
  for await (const window of windows(phase.transfers(), phase.resumable ? flight.options.turn : 0)) {
    const rest = window.slice(Math.min(Math.max(from - position, 0), window.length));
    const located = await locate(rest, flight.options);
    const issued = await issue(located, flight);
    const behind = located[issued]?.index ?? rest.length;
    countLeft(flight.options.tally, rest.slice(0, behind), located.slice(0, issued));
    position += window.length - rest.length + behind;
    if (issued < located.length) return { done: false, position };
    // Where nothing moves, reading alone may outlast the lease.
    if (located.length === 0) await flight.options.beat();
  }
  return { done: true, position };
}

/** How many were begun: all of them, unless the phase has to stop or something failed. */
async function issue(located: readonly Located[], { tasks, damage, options }: Flight): Promise<number> {
  for (const [count, item] of located.entries()) {
    const ticket = await ticketFor(item, options);
    if (tasks.failed || options.stop()) {
      giveBack(ticket);
      return count;
    }
    tasks.begin(
      () => damage.bear(() => moveLocated(item, ticket, options)),
      () => giveBack(ticket),
    );
  }
  return located.length;
}

/** What is behind us and was not even begun, the target has. */
function countLeft(tally: TransferTally, behind: readonly Transfer[], begun: readonly Located[]): void {
  const bytesOf = (transfers: readonly Transfer[]) => transfers.reduce((sum, { contentBytes = 0 }) => sum + contentBytes, 0);
  tally.chunksKnown += behind.length - begun.length;
  tally.bytesSaved += bytesOf(behind) - bytesOf(begun.map(({ transfer }) => transfer));
}
