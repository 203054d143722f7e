import type { Transfer } from '../datastore/layout.ts';

/** What the transfers of one worker have moved so far. Bytes are stored bytes. */
export interface TransferTally {
  /** Content-addressed objects written to the target. */
  chunks: number;
  /** References to such objects that needed no write: the target had the object, or this run had just written it. */
  chunksKnown: number;
  /** Those among them that were read, but had been written by another worker when it came to that. */
  chunksTwice: number;
  /** Bytes written to the target. */
  bytes: number;
  /** Bytes of content, before compression and encryption, that the references in `chunksKnown` stand for: what deduplication saved. */
  bytesSaved: number;
  /** Objects that the provider copied: nothing of them passed by here, and nothing was proven. */
  copied: number;
  /** Objects whose bytes were proven on their way. */
  verified: number;
}

/** Adds `more` to `sum`. */
export function addTransfers(sum: TransferTally, more: TransferTally): void {
  sum.chunks += more.chunks;
  sum.chunksKnown += more.chunksKnown;
  sum.chunksTwice += more.chunksTwice;
  sum.bytes += more.bytes;
  sum.bytesSaved += more.bytesSaved;
  sum.copied += more.copied;
  sum.verified += more.verified;
}

/** Counts a reference that needs no write. */
export function countKnown(tally: TransferTally, { contentBytes = 0 }: Pick<Transfer, 'contentBytes'>): void {
  tally.chunksKnown += 1;
  tally.bytesSaved += contentBytes;
}

/** Takes back what was counted as known, of references that will be looked at again. */
export function forgetKnown(tally: TransferTally): void {
  tally.chunksKnown = 0;
  tally.bytesSaved = 0;
}

export function noTransfers(): TransferTally {
  return { chunks: 0, chunksKnown: 0, chunksTwice: 0, bytes: 0, bytesSaved: 0, copied: 0, verified: 0 };
}
