import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { invalidAnswer, translate } from './errors.ts';
import type { CopySource, ObjectReader, ObjectWriter, PutOptions, PutOutcome } from '../datastore/object-store.ts';
import { learn } from './learned.ts';
import { startMultipart } from './multipart.ts';
import { putObject } from './put-object.ts';
import { createReader } from './reader.ts';
import { OPERATIONS, request } from './request.ts';
import type { Store } from './request.ts';

/** The writing side of one datastore. */
export function createWriter(store: Store): ObjectWriter {
  const reader = createReader(store);
  return {
    ...reader,
    put: (key, bytes, options) => put(store, key, bytes, options ?? {}),
    copy: (key, source, options) => copy(store, reader, { key, source, options: options ?? {} }),
    startMultipart: (key) => startMultipart(store, reader, key),
  };
}

/** Where an earlier attempt's answer was lost, `exists` may be about this very write: harmless, since the key names the content. */
async function put(store: Store, key: string, bytes: Buffer, options: PutOptions): Promise<PutOutcome> {
  const { connection } = store;
  const fullKey = store.prefix + key;
  const operation = OPERATIONS.put(fullKey);
  for (;;) {
    const ifAbsent = options.ifAbsent === true && connection.learned.conditionalPut;
    const answer = await request(store, operation, () => putObject(connection, fullKey, bytes, ifAbsent));
    if (answer.ok) return 'written';
    if (ifAbsent && answer.fault.kind === 'precondition') return 'exists';
    if (!learn(connection.learned, answer, ifAbsent ? 'conditionalPut' : undefined))
      throw translate(connection.location, operation, answer);
  }
}

interface Copy {
  readonly key: string;
  readonly source: CopySource;
  readonly options: PutOptions;
}

async function copy(store: Store, reader: ObjectReader, { key, source, options }: Copy): Promise<PutOutcome | undefined> {
  const { connection } = store;
  const operation = { ...OPERATIONS.copy(store.prefix + key), name: `COPY ${source.bucket}/${source.key} to` };
  for (;;) {
    const ifAbsent = options.ifAbsent === true && connection.learned.conditionalCopy;
    const answer = await request(store, operation, () => connection.client.send(copyCommand(store, key, source, ifAbsent)));
    if (answer.ok) {
      if (answer.value.CopyObjectResult?.ETag !== undefined) return 'written';
      throw invalidAnswer(connection.location, operation, 'the answer has no ETag');
    }
    if (answer.fault.kind === 'no-key') return undefined;
    // A copy has two conditions and one answer for both: the target tells them apart.
    if (ifAbsent && answer.fault.kind === 'precondition' && (await reader.head(key)) !== undefined) return 'exists';
    if (!learn(connection.learned, answer, ifAbsent ? 'conditionalCopy' : undefined))
      throw translate(connection.location, operation, answer);
  }
}

function copyCommand(store: Store, key: string, source: CopySource, ifAbsent: boolean): CopyObjectCommand {
  return new CopyObjectCommand({
    Bucket: store.connection.location.bucket,
    Key: store.prefix + key,
    CopySource: [source.bucket, ...source.key.split('/')].map(encodeURIComponent).join('/'),
    ...(source.etag === undefined ? {} : { CopySourceIfMatch: `"${source.etag}"` }),
    ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
  });
}
