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

export function nothingLearned(): Learned {
  return { conditionalPut: true, conditionalCopy: true, bulkDelete: true, contentMd5: false, bucketSeen: false };
}

/** Whether the answer taught something that makes it worth asking once more, in another way. */
export function learn(
  learned: Learned,
  answer: Answer<unknown>,
  condition: 'conditionalPut' | 'conditionalCopy' | undefined,
): boolean {
  if (answer.ok) return false;
  if (answer.fault.kind === 'not-implemented' && condition !== undefined) {
    learned[condition] = false;
    return true;
  }
  if (answer.fault.kind !== 'md5-required' || learned.contentMd5) return false;
  learned.contentMd5 = true;
  return true;
}
