import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { freeBytes } from '../datastore/free-bytes.ts';
import { DataError } from '../errors.ts';
import type { GetOptions, ObjectHead, ObjectReader, StoredObject } from '../datastore/object-store.ts';
import { contextOf, invalidAnswer, subject, translate } from './errors.ts';
import { readEtag } from './etag.ts';
import type { FaultKind } from './fault-codes.ts';
import { getObject } from './get-object.ts';
import type { Got } from './get-object.ts';
import { listObjects } from './list.ts';
import { OPERATIONS, request } from './request.ts';
import type { CountedOperation, Store } from './request.ts';

/** The reading side of one datastore. */
export function createReader(store: Store): ObjectReader {
  return {
    list: (prefix, options) => listObjects(store, prefix, options ?? {}),
    head: (key) => head(store, key),
    get: (key, options) => get(store, key, options ?? {}),
  };
}

async function head(store: Store, key: string): Promise<ObjectHead | undefined> {
  const fullKey = store.prefix + key;
  const operation = OPERATIONS.head(fullKey);
  const { wire, location } = store.connection;
  const answer = await request(store, operation, (fresh) => wire.send({ method: 'HEAD', key: fullKey, headers: {}, fresh }));
  if (answer.ok) return readHead(store, operation, sizeOf(answer.value.headers), answer.value.headers['etag']);
  if (isAbsence(answer.fault.kind)) {
    await proveBucket(store);
    return undefined;
  }
  // A HEAD's answer has no body that says why it was refused; a listing's has.
  if (!answer.fault.retry) await askBucket(store);
  throw translate(location, operation, answer);
}

const isAbsence = (kind: FaultKind): boolean => kind === 'no-key' || kind === 'bare-not-found';

function sizeOf(headers: Readonly<Record<string, string>>): number | undefined {
  const declared = headers['content-length'];
  return declared === undefined || !/^\d{1,15}$/.test(declared) ? undefined : Number(declared);
}

function readHead(store: Store, operation: CountedOperation, size: number | undefined, etag: string | undefined): ObjectHead {
  if (size === undefined) throw invalidAnswer(store.connection.location, operation, 'the answer has no Content-Length');
  return { size, etag: readEtag(store.connection.location, operation, etag) };
}

/** A HEAD answers 404 for a missing bucket too: before the first such answer is believed, the bucket is asked for. */
async function proveBucket(store: Store): Promise<void> {
  if (!store.connection.learned.bucketSeen) await askBucket(store);
}

async function askBucket(store: Store): Promise<void> {
  const { client, location, learned } = store.connection;
  const operation = OPERATIONS.list(store.prefix);
  const answer = await request(store, operation, () =>
    client.send(new ListObjectsV2Command({ Bucket: location.bucket, Prefix: store.prefix, MaxKeys: 1 })),
  );
  if (!answer.ok) throw translate(location, operation, answer);
  learned.bucketSeen = true;
}

async function get(store: Store, key: string, options: GetOptions): Promise<StoredObject | undefined> {
  const fullKey = store.prefix + key;
  const operation = OPERATIONS.get(fullKey);
  const answer = await request(store, operation, (fresh) => getObject(store, fullKey, options, fresh));
  if (answer.ok) return checkGot(store, operation, answer.value, options);
  if (answer.fault.kind === 'no-key') return undefined;
  throw translate(store.connection.location, operation, answer);
}

function checkGot(store: Store, operation: CountedOperation, got: Got, options: GetOptions): StoredObject {
  const { location } = store.connection;
  const object = { bytes: got.bytes, release: () => freeBytes(got.bytes), ...readHead(store, operation, got.size, got.etag) };
  if (options.ifMatch !== undefined && object.etag !== options.ifMatch) {
    const what = `ETag ${object.etag}, not ${options.ifMatch}: the object has changed since it was listed`;
    throw new DataError('SOURCE_CHANGED', `${subject(location, operation)}: ${what}`, contextOf(location, operation));
  }
  if (options.range !== undefined && got.bytes.length !== Math.min(options.range.length, object.size - options.range.offset)) {
    throw invalidAnswer(
      location,
      operation,
      `${got.bytes.length} bytes for a range of ${options.range.length}: ranges are ignored`,
    );
  }
  return object;
}
