import type { Transfer } from '../datastore/layout.ts';
import type { PutOutcome } from '../datastore/object-store.ts';
import { countKnown, type TransferTally } from './tally.ts';

/** What became of a transfer: the bytes written, and whether the target had the object by then. */
export interface Moved {
  readonly outcome: PutOutcome;
  readonly bytes: number;
}

/** What is named by its content is never written over, unless what is there was found damaged. */
export function isWrittenOnce({ digest, replace }: Transfer): boolean {
  return digest !== undefined && replace !== true;
}

/** Counts what was moved, which is nothing when somebody else had done it by then. */
export function countMoved({ outcome, bytes }: Moved, transfer: Transfer, tally: TransferTally): Moved {
  const written = outcome === 'written' ? bytes : 0;
  tally.bytes += written;
  if (transfer.digest !== undefined) countContent(outcome, transfer, tally);
  return { outcome, bytes: written };
}

function countContent(outcome: PutOutcome, transfer: Transfer, tally: TransferTally): void {
  if (outcome === 'written') {
    tally.chunks += 1;
    return;
  }
  countKnown(tally, transfer);
  tally.chunksTwice += 1;
}
