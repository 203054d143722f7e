import { CopyObjectCommand } from '@aws-sdk/client-s3';
import { copySource } from './copy-source.ts';
import { translate } from './errors.ts';
import { readEtag } from './etag.ts';
import type { CopySource, ObjectReader, ObjectWriter, PutOptions, PutOutcome } from '../datastore/object-store.ts';
import { requestLearning } from './learned.ts';
import { startMultipart } from './multipart.ts';
import { isAws } from './place.ts';
import { putObject, triesCrc32 } from './put-object.ts';
import { createReader } from './reader.ts';
import { OPERATIONS } from './request.ts';
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
  const operation = OPERATIONS.put(store.prefix + key);
  const { ifAbsent, crc32 } = options;
  const wanted = {
    condition: ifAbsent === true ? ('conditionalPut' as const) : undefined,
    tryCrc32: triesCrc32(connection, crc32),
  };
  const { answer, conditional } = await requestLearning(store, operation, wanted, (sending) =>
    putObject(store, store.prefix + key, { bytes, crc32 }, sending),
  );
  if (answer.ok) return 'written';
  if (conditional && answer.fault.kind === 'precondition') return 'exists';
  throw translate(connection.location, operation, answer);
}

interface Copy {
  readonly key: string;
  readonly source: CopySource;
  readonly options: PutOptions;
}

async function copy(store: Store, reader: ObjectReader, { key, source, options }: Copy): Promise<PutOutcome | undefined> {
  const { client, location } = store.connection;
  const operation = { ...OPERATIONS.copy(store.prefix + key), name: `COPY ${source.bucket}/${source.key} to` };
  const wanted = { condition: options.ifAbsent === true ? ('conditionalCopy' as const) : undefined, tryCrc32: false };
  const { answer, conditional } = await requestLearning(store, operation, wanted, async ({ conditional: ifAbsent }) => {
    const output = await client.send(copyCommand(store, key, source, ifAbsent));
    return readEtag(location, operation, output.CopyObjectResult?.ETag);
  });
  if (answer.ok) return 'written';
  if (answer.fault.kind === 'no-key') return undefined;
  // A copy has two conditions and one answer for both: the target tells them apart.
  if (conditional && answer.fault.kind === 'precondition' && (await reader.head(key)) !== undefined) return 'exists';
  throw translate(location, operation, answer);
}

function copyCommand(store: Store, key: string, source: CopySource, ifAbsent: boolean): CopyObjectCommand {
  return new CopyObjectCommand({
    Bucket: store.connection.location.bucket,
    Key: store.prefix + key,
    ...copySource(source),
    // Else S3 copies the tags as well, which takes a permission of its own; a relay brings none.
    ...(isAws(store.connection.location) ? { TaggingDirective: 'REPLACE' } : {}),
    ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
  });
}
