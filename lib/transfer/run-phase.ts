import type { Phase, Transfer } from '../datastore/layout.ts';
import { inFlight } from './in-flight.ts';
import type { KnownContent, Presence } from './known-content.ts';
import { moveObject, type Route } from './move-object.ts';

/** Transfers looked at together: enough for one sweep of a listing to serve them all, about 20 MiB of memory. */
const WINDOW_TRANSFERS = 65_536;

export interface PhaseOptions extends Route {
  readonly known: KnownContent;
  /** Transfers at once. */
  readonly limit: number;
  /** True from the moment when the worker has to stop at the next safe point. */
  readonly stop: () => boolean;
  /** Called after each transfer, and each page of a listing that searches for many: renews the lease and shows progress. What it throws ends the phase. */
  readonly beat: () => Promise<void>;
}

/** `position`: transfers of the phase that are behind us; `done` when that is all of them. */
export interface PhaseOutcome {
  readonly done: boolean;
  readonly position: number;
}

interface Located {
  readonly transfer: Transfer;
  readonly index: number;
  readonly presence: Presence;
}

/**
 * Moves what a phase names and the target lacks, from transfer number `from` on. Stops early only between transfers, with all
 * that were begun ended. Throws the first failure, when all others under way have ended.
 */
export async function runPhase(phase: Phase, from: number, options: PhaseOptions): Promise<PhaseOutcome> {
  let position = 0;
  for await (const window of windows(phase.transfers())) {
    const skip = Math.min(Math.max(from - position, 0), window.length);
    const located = await locate(window.slice(skip), options);
    const outcome = await inFlight(located, options, (item) => moveLocated(item, options));
    const behind = located[outcome.issued]?.index ?? window.length - skip;
    options.tally.chunksKnown += behind - outcome.issued;
    position += skip + behind;
    if (outcome.stopped) return { done: false, position };
  }
  return { done: true, position };
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
  const presence = await options.known.locate(addressed, options);
  const presenceAt = new Map([...first.values()].map((index, at) => [index, presence[at]]));

  const located: Located[] = [];
  for (const [index, transfer] of window.entries()) {
    const found = transfer.digest === undefined ? 'missing' : presenceAt.get(index);
    if (found !== undefined && found !== 'present') located.push({ transfer, index, presence: found });
  }
  return located;
}

async function moveLocated({ transfer, presence }: Located, options: PhaseOptions): Promise<void> {
  const { known, target, tally, beat } = options;
  if (presence === 'ask' && (await target.head(transfer.targetKey)) !== undefined) tally.chunksKnown += 1;
  else await moveObject(transfer, options);
  if (transfer.digest !== undefined) known.add(transfer.digest);
  await beat();
}
