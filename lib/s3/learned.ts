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
  /** Whether the bucket is known to be there, so that a HEAD's 404 is about the key. */
  bucketSeen: boolean;
}

export type Condition = 'conditionalPut' | 'conditionalCopy';

/** How a write is sent: with its condition or without, on a new socket or on any. */
export interface Sending {
  readonly conditional: boolean;
  readonly fresh: boolean;
}

export function nothingLearned(): Learned {
  return { conditionalPut: true, conditionalCopy: true, bulkDelete: true, contentMd5: false, bucketSeen: false };
}

/**
 * Sends a write, and once more in another way when the refusal teaches one: without the condition, or with an MD5. `conditional`
 * says whether the condition was sent. What was sent decides, not what is known by now: requests in flight learn from each other.
 */
export async function requestLearning<T>(
  store: Store,
  operation: CountedOperation,
  wanted: Condition | undefined,
  send: (sending: Sending) => Promise<T>,
): Promise<{ readonly answer: Answer<T>; readonly conditional: boolean }> {
  const { learned } = store.connection;
  for (;;) {
    const conditional = wanted !== undefined && learned[wanted];
    const withMd5 = learned.contentMd5;
    const answer = await request(store, operation, (fresh) => send({ conditional, fresh }));
    const refusal = answer.ok ? undefined : answer.fault.kind;
    if (refusal === 'not-implemented' && conditional) learned[wanted] = false;
    else if (refusal === 'md5-required' && !withMd5) learned.contentMd5 = true;
    else return { answer, conditional };
  }
}
