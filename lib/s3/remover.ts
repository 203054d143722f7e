import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { translate } from './errors.ts';
import { kindOfCode } from './fault-codes.ts';
import { faultOf } from './faults.ts';
import { OPERATIONS, request } from './request.ts';
import type { Store } from './request.ts';

// DeleteObjects takes no more (S3 API reference).
const MAX_KEYS = 1000;

/** Deletes exactly these keys, in as few requests as the provider allows. */
export async function deleteObjects(store: Store, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += MAX_KEYS) {
    const batch = keys.slice(at, at + MAX_KEYS).map((key) => store.prefix + key);
    if (store.connection.learned.bulkDelete && (await deleteBatch(store, batch))) continue;
    for (const key of batch) await deleteOne(store, key);
  }
}

/** A key that one bulk answer names as refused. */
class RefusedKeyError extends Error {
  /** A code that is not known counts as a refusal. */
  readonly $metadata = { httpStatusCode: 400 };
  readonly key: string;

  constructor(key: string, code: string, message: string) {
    super(message);
    this.name = code;
    this.key = key;
  }
}

/** False when the provider does not know bulk deletion. */
async function deleteBatch(store: Store, keys: readonly string[]): Promise<boolean> {
  const { location, learned } = store.connection;
  const first = OPERATIONS.delete(`${keys[0] ?? ''}${keys.length > 1 ? ` and ${keys.length - 1} more` : ''}`);
  const answer = await request(store, first, () => sendBatch(store, keys));
  if (answer.ok) return true;
  if (answer.fault.kind === 'not-implemented') {
    learned.bulkDelete = false;
    return false;
  }
  const refused = answer.fault.cause;
  throw translate(location, refused instanceof RefusedKeyError ? OPERATIONS.delete(refused.key) : first, answer);
}

/** Per-key errors come inside a 200; one that would pass is sent again with all the others, since a key that is gone counts as deleted. */
async function sendBatch(store: Store, keys: readonly string[]): Promise<void> {
  const { client, location } = store.connection;
  const output = await client.send(
    new DeleteObjectsCommand({ Bucket: location.bucket, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } }),
  );
  const refused = (output.Errors ?? [])
    .filter(({ Code }) => Code === undefined || kindOfCode(Code) !== 'no-key')
    .map(({ Key, Code, Message }) => new RefusedKeyError(Key ?? '(unnamed)', Code ?? 'Unknown', Message ?? ''));
  // One that no retry mends is thrown rather than one that it does.
  const error = refused.find((each) => faultOf(each)?.retry !== true) ?? refused[0];
  if (error !== undefined) throw error;
}

async function deleteOne(store: Store, key: string): Promise<void> {
  const { client, location } = store.connection;
  const operation = OPERATIONS.delete(key);
  const answer = await request(store, operation, () =>
    client.send(new DeleteObjectCommand({ Bucket: location.bucket, Key: key })),
  );
  if (answer.ok || answer.fault.kind === 'no-key') return;
  throw translate(location, operation, answer);
}
