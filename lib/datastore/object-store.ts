/**
 * The contracts for reading and writing the objects of one datastore. Keys are relative to the datastore's prefix.
 *
 * Every method translates what goes wrong into a `FlotillaError`: a `TransientError` when the same call may succeed later
 * (throttled, timed out, connection lost: after the adapter's own retries), a `ConfigError` when an operator must act
 * (denied, no such bucket, bad credentials, certificate refused). Only the provider's exact "no such key" is absence.
 */

/** One object as a listing shows it. `etag` is without quotes; it is the provider's, and no checksum of the content. */
export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** The head of an object: size in bytes and ETag without quotes. */
export interface ObjectHead {
  readonly size: number;
  readonly etag: string;
}

export interface StoredObject extends ObjectHead {
  readonly bytes: Buffer;
  /** Gives the memory of `bytes` back at once: to be called by who has finished with them, when nothing else refers to them. */
  release?(): void;
}

/** A span of bytes: `offset` from the start of the object, `length` > 0. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface GetOptions {
  /** Only when the object still has this ETag; otherwise a `DataError` with code SOURCE_CHANGED. */
  readonly ifMatch?: string;
  /** Only this span. The answer's `size` is still the size of the whole object. */
  readonly range?: ByteRange;
}

export interface ListOptions {
  /** First key listed is the one after this key, in byte order. */
  readonly startAfter?: string;
  /** Keys a page, 1 to 1000 (the default). */
  readonly pageSize?: number;
}

export interface ObjectReader {
  /**
   * Pages of all objects whose key begins with `prefix`, in the byte order of their keys. A page that comes out of order is a
   * `ConfigError` with code LISTING_UNSORTED. The iteration ends normally only after the provider's last page: any failure is
   * thrown, so that a broken listing is never taken for a short one.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<readonly ListedObject[]>;

  /** `undefined` only when the provider says that there is no such key. */
  head(key: string): Promise<ObjectHead | undefined>;

  /** The object's bytes in one buffer, of exactly the length the provider declared; `undefined` when there is no such key. */
  get(key: string, options?: GetOptions): Promise<StoredObject | undefined>;
}

export interface PutOptions {
  /**
   * Write only when the key does not exist. Where the provider does not honour the condition, the object is replaced: used
   * only for objects whose content follows from their key.
   */
  readonly ifAbsent?: boolean;
  /** CRC-32 of the bytes, given where their key names their content: a provider that checks it needs no other proof of them. */
  readonly crc32?: number;
}

/** What became of a conditional write: `exists` when the condition failed because the key is there. */
export type PutOutcome = 'written' | 'exists';

/** Where a server-side copy reads: the bucket and the full key there, and the ETag that pins its version. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly etag?: string;
}

/** A multipart upload under way. Parts may be uploaded in any order and again. */
export interface MultipartUpload {
  /** Part numbers begin at 1; all parts but the last have the same size, of at least 5 MiB. */
  uploadPart(number: number, bytes: Buffer): Promise<void>;
  /** The same, from a span of an object on the provider's side. A `DataError` with code SOURCE_CHANGED when its ETag is another one. */
  copyPart(number: number, source: CopySource, range: ByteRange): Promise<void>;
  /** Makes the object visible, whole. */
  complete(): Promise<void>;
  /** Throws the parts away. Safe to call after a failure of any other method. */
  abort(): Promise<void>;
}

export interface ObjectWriter extends ObjectReader {
  /**
   * Writes one object, atomically: a reader sees the old object or the new one. Writing twice is harmless. When it ends well,
   * the bytes are the caller's again.
   */
  put(key: string, bytes: Buffer, options?: PutOptions): Promise<PutOutcome>;

  /**
   * Copies one object on the provider's side. `undefined` when the source has no such key; a `DataError` with code
   * SOURCE_CHANGED when its ETag is another one by now.
   */
  copy(key: string, source: CopySource, options?: PutOptions): Promise<PutOutcome | undefined>;

  startMultipart(key: string): Promise<MultipartUpload>;
}

/** Only remove-vanished is handed one. */
export interface ObjectRemover extends ObjectReader {
  /** Deletes exactly these keys, in any order; a key that is not there counts as deleted. Throws when one was refused, naming it. */
  delete(keys: readonly string[]): Promise<void>;
}

/** What requests are counted by: S3's words for them. */
export const REQUEST_KINDS = ['list', 'head', 'get', 'put', 'copy', 'delete'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** Requests sent, by S3's word for them, retries included; and what it cost that some had to be sent again. */
export interface RequestCounts extends Record<RequestKind, number> {
  /** Answers that asked to slow down (429, 503, SlowDown), and those that did not come in time. */
  throttled: number;
  /** Requests that were sent again, for whatever reason. */
  retried: number;
  /** Milliseconds that these waited before they were sent again, summed over all that waited at once. */
  waitedMs: number;
  /** Milliseconds from asking to the last answer, those waits included, summed likewise. */
  tookMs: number;
  /** Milliseconds in which anything at all waited for a limit of the configuration to let it go. */
  limitedMs: number;
}

export function noRequests(): RequestCounts {
  const sent = { list: 0, head: 0, get: 0, put: 0, copy: 0, delete: 0 };
  return { ...sent, throttled: 0, retried: 0, waitedMs: 0, tookMs: 0, limitedMs: 0 };
}
