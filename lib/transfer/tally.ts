/** What the transfers of one worker have moved so far. Bytes are stored bytes. */
export interface TransferTally {
  /** Content-addressed objects written to the target. */
  chunks: number;
  /** Those that the target had already. */
  chunksKnown: number;
  /** Bytes written to the target. */
  bytes: number;
  /** Objects whose bytes were proven on their way. */
  verified: number;
}

export function noTransfers(): TransferTally {
  return { chunks: 0, chunksKnown: 0, bytes: 0, verified: 0 };
}
