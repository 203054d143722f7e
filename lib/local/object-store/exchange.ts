import type { Bucket } from './bucket.ts';
import type { Buckets } from './buckets.ts';
import type { ExpectedDigests } from './expected-digests.ts';
import type { DeleteErrors } from './faults.ts';
import type { ReceivedBody } from './receive.ts';
import type { S3Answer, S3Request } from './request.ts';

/** One request being answered, and what the operations may use for it. */
export interface Exchange {
  readonly request: S3Request;
  readonly buckets: Buckets;
  /** The request's bucket; NoSuchBucket when there is none. */
  readonly bucket: () => Bucket;
  readonly region: string;
  readonly now: () => number;
  /** Receives the body as the content of an object or part. */
  readonly receive: () => Promise<ReceivedBody>;
  /** Receives the body as the text of a document, verified by `expected` or, without it, by the request's headers. */
  readonly receiveText: (expected?: ExpectedDigests) => Promise<string>;
  /** Keys that DeleteObjects is to refuse. */
  readonly deleteErrors?: DeleteErrors;
}

export type OperationHandler = (exchange: Exchange) => Promise<S3Answer> | S3Answer;

export function xmlAnswer(body: string, headers: Readonly<Record<string, string>> = {}): S3Answer {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body };
}
