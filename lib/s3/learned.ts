import type { FaultKind } from './fault-codes.ts';
import { request } from './request.ts';
import type { CountedOperation, Store } from './request.ts';
import type { Answer } from './retry.ts';

/** What a provider turned out to do or not to do; learned from its answers, kept as long as the connection. */
export interface Learned {
  /** Whether it knows `If-None-Match: *` on an upload. */
  conditionalPut: boolean;
  /** Whether it knows `If-None-Match: *` on a copy. */
  conditionalCopy: boolean;
  /** Whether it knows DeleteObjects. */
  bulkDelete: boolean;
  /** Whether it demands a Content-MD5 with each upload, as buckets with a default retention do. */
  contentMd5: boolean;
  /**
   * What it does with the CRC-32 of an upload: `checked` is proven by its answer, which says the CRC that it has computed; an
   * upload without such an answer may not have been checked, and one that names a CRC may have been refused for it.
   */
  crc32: 'unknown' | 'checked' | 'ignored' | 'refused';
  /** Whether the bucket is known to be there, so that a HEAD's 404 is about the key. */
  bucketSeen: boolean;
}

export type Condition = 'conditionalPut' | 'conditionalCopy';

/** What a write would like to be sent with: its condition, and a CRC-32 that shows whether the provider checks such. */
export interface Wanted {
  readonly condition: Condition | undefined;
  readonly tryCrc32: boolean;
}

export const NO_WISH: Wanted = { condition: undefined, tryCrc32: false };

/** How a write is sent: with its condition or without, on a new socket or on any. */
export interface Sending {
  readonly conditional: boolean;
  readonly crc32: Learned['crc32'];
  readonly fresh: boolean;
}

export function nothingLearned(): Learned {
  return {
    conditionalPut: true,
    conditionalCopy: true,
    bulkDelete: true,
    contentMd5: false,
    crc32: 'unknown',
    bucketSeen: false,
  };
}

/**
 * Sends a write, and once more in another way when the refusal teaches one: without the condition, with an MD5, or without a CRC
 * that was a trial. `conditional` says whether the condition was sent. What was sent decides, not what is known by now: requests
 * in flight learn from each other.
 */
export async function requestLearning<T>(
  store: Store,
  operation: CountedOperation,
  wanted: Wanted,
  send: (sending: Sending) => Promise<T>,
): Promise<{ readonly answer: Answer<T>; readonly conditional: boolean }> {
  const { learned } = store.connection;
  for (;;) {
    const sent = { ...learned, conditional: wanted.condition !== undefined && learned[wanted.condition] };
    const { conditional, crc32 } = sent;
    const answer = await request(store, operation, (fresh) => send({ conditional, crc32, fresh }));
    if (answer.ok || !learnFrom(answer.fault.kind, { wanted, sent, learned })) return { answer, conditional };
  }
}

interface Lesson {
  readonly wanted: Wanted;
  readonly sent: Readonly<Learned> & Pick<Sending, 'conditional'>;
  readonly learned: Learned;
}

/** Whether the refusal taught another way to send. */
function learnFrom(refusal: FaultKind, { wanted, sent, learned }: Lesson): boolean {
  const { condition, tryCrc32 } = wanted;
  const mayBeHeader = refusal === 'not-implemented' || refusal === 'refused';
  if (tryCrc32 && sent.crc32 === 'unknown' && mayBeHeader) learned.crc32 = 'refused';
  else if (refusal === 'not-implemented' && condition !== undefined && sent.conditional) learned[condition] = false;
  else if (refusal === 'md5-required' && !sent.contentMd5) learned.contentMd5 = true;
  else return false;
  return true;
}
