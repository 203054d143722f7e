import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type { CompletedPart } from '@aws-sdk/client-s3';
import type { ByteRange, CopySource, MultipartUpload, ObjectReader } from '../datastore/object-store.ts';
import { copySource } from './copy-source.ts';
import { invalidAnswer, translate } from './errors.ts';
import { readEtag } from './etag.ts';
import { NO_WISH, requestLearning } from './learned.ts';
import { isAws } from './place.ts';
import { checksumHeaders, checksums, CONTENT_TYPE } from './put-object.ts';
import { OPERATIONS, request } from './request.ts';
import type { CountedOperation, Store } from './request.ts';

interface Upload {
  readonly store: Store;
  readonly reader: ObjectReader;
  readonly key: string;
  readonly operation: CountedOperation;
  /** What S3 wants to be told again with each part. */
  readonly name: { readonly Bucket: string; readonly Key: string; readonly UploadId: string };
  readonly parts: Map<number, Part>;
}

interface Part {
  readonly completed: CompletedPart;
  readonly etag: string;
  readonly size: number;
}

export async function startMultipart(store: Store, reader: ObjectReader, key: string): Promise<MultipartUpload> {
  const { client, location } = store.connection;
  const operation = OPERATIONS.multipart(store.prefix + key);
  const object = { Bucket: location.bucket, Key: store.prefix + key };
  const answer = await request(store, operation, () =>
    client.send(
      new CreateMultipartUploadCommand({
        ...object,
        ContentType: CONTENT_TYPE,
        ...(isAws(location) ? { ChecksumAlgorithm: 'CRC32' } : {}),
      }),
    ),
  );
  if (!answer.ok) throw translate(location, operation, answer);
  const uploadId = answer.value.UploadId;
  if (uploadId === undefined) throw invalidAnswer(location, operation, 'the answer names no upload');
  const upload: Upload = { store, reader, key, operation, name: { ...object, UploadId: uploadId }, parts: new Map() };
  return {
    uploadPart: (number, bytes) => uploadPart(upload, number, bytes),
    copyPart: (number, source, range) => copyPart(upload, number, source, range),
    complete: () => complete(upload),
    abort: () => abort(upload),
  };
}

async function uploadPart(upload: Upload, number: number, bytes: Buffer): Promise<void> {
  const { connection } = upload.store;
  const { answer } = await requestLearning(upload.store, upload.operation, NO_WISH, ({ fresh }) =>
    sendPart(upload, number, bytes, fresh),
  );
  if (!answer.ok) throw translate(connection.location, upload.operation, answer);
  upload.parts.set(number, answer.value);
}

/** On the wire, where its bytes are held to their pace. Throws what the wire throws. */
async function sendPart({ store, name, operation }: Upload, number: number, bytes: Buffer, fresh: boolean): Promise<Part> {
  const { connection, paces } = store;
  const sums = checksums(connection, { bytes });
  const answer = await connection.wire.send({
    method: 'PUT',
    key: name.Key,
    query: { partNumber: String(number), uploadId: name.UploadId },
    headers: checksumHeaders(sums),
    body: bytes,
    pace: paces.write,
    fresh,
  });
  const etag = readEtag(connection.location, operation, answer.headers['etag']);
  const crc = sums.crc32 === undefined ? {} : { ChecksumCRC32: sums.crc32 };
  return { completed: { PartNumber: number, ETag: `"${etag}"`, ...crc }, etag, size: bytes.length };
}

async function copyPart(upload: Upload, number: number, source: CopySource, range: ByteRange): Promise<void> {
  const { store, name } = upload;
  const { client, location } = store.connection;
  const operation = { ...OPERATIONS.copy(name.Key), name: `COPY ${source.bucket}/${source.key} to a part of` };
  const command = {
    ...{ ...name, PartNumber: number, ...copySource(source) },
    CopySourceRange: `bytes=${range.offset}-${range.offset + range.length - 1}`,
  };
  const answer = await request(store, operation, async () => {
    const { CopyPartResult: result } = await client.send(new UploadPartCopyCommand(command));
    return { etag: readEtag(location, operation, result?.ETag), crc: result?.ChecksumCRC32 };
  });
  if (!answer.ok) throw translate(location, operation, answer);
  const { etag, crc } = answer.value;
  const completed = { PartNumber: number, ETag: `"${etag}"`, ...(crc === undefined ? {} : { ChecksumCRC32: crc }) };
  upload.parts.set(number, { completed, etag, size: range.length });
}

async function complete(upload: Upload): Promise<void> {
  const { client, location } = upload.store.connection;
  const parts = [...upload.parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const command = { ...upload.name, MultipartUpload: { Parts: parts.map(({ completed }) => completed) } };
  const answer = await request(upload.store, upload.operation, async () => {
    const output = await client.send(new CompleteMultipartUploadCommand(command));
    return readEtag(location, upload.operation, output.ETag);
  });
  if (answer.ok) return;
  if (answer.fault.kind === 'no-upload' && (await isCompleted(upload, parts, answer.attempts))) return;
  throw translate(location, upload.operation, answer);
}

/** An upload that is not known any more may have been completed by an attempt whose answer was lost: then the object is there. */
async function isCompleted(upload: Upload, parts: readonly Part[], attempts: number): Promise<boolean> {
  const head = await upload.reader.head(upload.key);
  if (head === undefined || head.size !== parts.reduce((sum, part) => sum + part.size, 0)) return false;
  const etag = multipartEtag(parts);
  // With encryption at rest the parts' ETags are no MD5: then only the count of parts can be compared, if an answer was lost at all.
  return etag === undefined ? attempts > 1 && head.etag.endsWith(`-${parts.length}`) : head.etag === etag;
}

/** S3's ETag of an object made of parts: the MD5 of the parts' MD5s, a dash, and their number. */
function multipartEtag(parts: readonly Part[]): string | undefined {
  if (!parts.every((part) => /^[0-9a-f]{32}$/.test(part.etag))) return undefined;
  const sums = Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')));
  return `${createHash('md5').update(sums).digest('hex')}-${parts.length}`;
}

async function abort(upload: Upload): Promise<void> {
  const { client, location } = upload.store.connection;
  const operation = OPERATIONS.abort(upload.name.Key);
  const answer = await request(upload.store, operation, () => client.send(new AbortMultipartUploadCommand(upload.name)));
  if (answer.ok || answer.fault.kind === 'no-upload') return;
  throw translate(location, operation, answer);
}
