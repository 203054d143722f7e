import type { Phase, Transfer } from '../datastore/layout.ts';
import { bearDamage } from './bear-damage.ts';
import { inFlight } from './in-flight.ts';
import type { KnownContent, Presence } from './known-content.ts';
import { moveObject, verifies, type Route } from './move-object.ts';
import { countKnown, type TransferTally } from './tally.ts';

/** Transfers looked at together, so that one listing serves them all: 4,096 are 16 GiB of image, and 4 MiB of memory. */
const WINDOW_TRANSFERS = 4_096;

export interface PhaseOptions extends Route {
  readonly known: KnownContent;
  /** Transfers at once. */
  readonly limit: number;
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

interface Located {
  readonly transfer: Transfer;
  readonly index: number;
  readonly presence: Presence | 'prove';
}

/**
 * Moves what a phase names and the target lacks, from transfer number `from` on. Stops early only between transfers, with all
 * that were begun ended. Throws the first failure, when all others under way have ended; where the phase holds the bulk, what
 * is damaged does not keep the rest from moving, and is told together at the end.
 */
export async function runPhase(phase: Phase, from: number, options: PhaseOptions): Promise<PhaseOutcome> {
  let position = 0;
  const damage = bearDamage(phase);
  for await (const window of windows(phase.transfers())) {
    const skip = Math.min(Math.max(from - position, 0), window.length);
    const located = await locate(window.slice(skip), options);
    const outcome = await inFlight(located, options, (item) => damage.bear(() => moveLocated(item, options)));
    const behind = located[outcome.issued]?.index ?? window.length - skip;
    countLeft(options.tally, window.slice(skip, skip + behind), located.slice(0, outcome.issued));
    position += skip + behind;
    if (outcome.stopped && !damage.found) return { done: false, position };
    if (outcome.stopped) break;
  }
  damage.tell();
  return { done: true, position };
}

/** What is behind us and was not even begun, the target has. */
function countLeft(tally: TransferTally, behind: readonly Transfer[], begun: readonly Located[]): void {
  const bytesOf = (transfers: readonly Transfer[]) => transfers.reduce((sum, { contentBytes = 0 }) => sum + contentBytes, 0);
  tally.chunksKnown += behind.length - begun.length;
  tally.bytesSaved += bytesOf(behind) - bytesOf(begun.map(({ transfer }) => transfer));
}

async function* windows(transfers: AsyncIterable<Transfer> | Iterable<Transfer>): AsyncGenerator<Transfer[]> {
  let window: Transfer[] = [];
  for await (const transfer of transfers) {
    window.push(transfer);
    if (window.length < WINDOW_TRANSFERS) continue;
    yield window;
    window = [];
  }
  if (window.length > 0) yield window;
}

/** Leaves out what the target has, and all but the first of what the window names twice. */
async function locate(window: readonly Transfer[], options: PhaseOptions): Promise<Located[]> {
  const first = new Map<string, number>();
  for (const [index, { digest }] of window.entries()) {
    const hex = digest?.toString('hex');
    if (hex !== undefined && !first.has(hex)) first.set(hex, index);
  }
  const addressed = [...first.values()].map((index) => window[index]?.digest).filter((digest) => digest !== undefined);
  const presence = options.distrust ? addressed.map(() => 'prove' as const) : await options.known.locate(addressed, options);
  const presenceAt = new Map([...first.values()].map((index, at) => [index, presence[at]]));

  const located: Located[] = [];
  for (const [index, transfer] of window.entries()) {
    const found = transfer.digest === undefined ? 'missing' : presenceAt.get(index);
    if (found !== undefined && found !== 'present') located.push({ transfer, index, presence: found });
  }
  return located;
}

/** Whether the target's object is what its name says. */
async function isProven(transfer: Transfer, { target }: PhaseOptions): Promise<boolean> {
  const held = await target.get(transfer.targetKey);
  return held !== undefined && verifies(transfer, held.bytes);
}

async function moveLocated({ transfer, presence }: Located, options: PhaseOptions): Promise<void> {
  const { known, watch, tally, beat } = options;
  if (await isThere({ transfer, presence }, options)) countKnown(tally, transfer);
  else {
    watch?.begun(transfer);
    const bytes = await moveObject(presence === 'prove' ? { ...transfer, replace: true } : transfer, options);
    watch?.ended(transfer, bytes);
  }
  if (transfer.digest !== undefined) known.add(transfer.digest);
  await beat();
}

async function isThere({ transfer, presence }: Pick<Located, 'transfer' | 'presence'>, options: PhaseOptions): Promise<boolean> {
  if (presence === 'prove') return isProven(transfer, options);
  return presence === 'ask' && (await options.target.head(transfer.targetKey)) !== undefined;
}
