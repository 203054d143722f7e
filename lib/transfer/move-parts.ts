import type { Transfer } from '../datastore/layout.ts';
import type { MultipartUpload, ObjectHead, ObjectReader, ObjectWriter } from '../datastore/object-store.ts';
import type { Route } from './move-object.ts';
import { partRanges } from './part-ranges.ts';

/** Objects above this size go in parts, so that no buffer is larger than a part. */
export const PARTS_FROM_BYTES = 64 * 1024 * 1024;

/** Bytes a part, at least: every provider takes 5 MiB to 5 GiB, all parts but the last of one size (facts/aws.md 3.2 and 3.7). */
export const PART_BYTES = 16 * 1024 * 1024;

/** Moves one large object by ranges, part after part; it becomes visible whole, or not at all. The bytes written. */
export async function moveParts(transfer: Transfer, route: Route): Promise<number> {
  const version = await pinned(transfer, route.source);
  await putTogether(transfer.targetKey, route.target, (upload) => uploadParts(transfer, version, route, upload));
  route.tally.bytes += version.size;
  return version.size;
}

/** Size and ETag of the version that all parts are to be of. */
export async function pinned(transfer: Transfer, source: ObjectReader): Promise<ObjectHead> {
  const head = await source.head(transfer.sourceKey);
  if (head === undefined) throw await transfer.absent();
  return { size: head.size, etag: transfer.etag ?? head.etag };
}

/** An object of the parts that `send` uploads. */
export async function putTogether(
  key: string,
  target: ObjectWriter,
  send: (upload: MultipartUpload) => Promise<void>,
): Promise<void> {
  const upload = await target.startMultipart(key);
  try {
    await send(upload);
    await upload.complete();
  } catch (error) {
    // What failed first is what a reader needs; parts that stay behind are taken by the bucket's lifecycle.
    await upload.abort().catch(() => undefined);
    throw error;
  }
}

async function uploadParts(
  transfer: Transfer,
  { size, etag }: ObjectHead,
  { source, tally }: Route,
  upload: MultipartUpload,
): Promise<void> {
  const verifier = transfer.verifyParts?.();
  for (const { number, range } of partRanges(size, PART_BYTES)) {
    const part = await source.get(transfer.sourceKey, { ifMatch: etag, range });
    if (part === undefined) throw await transfer.absent();
    verifier?.push(part.bytes);
    await upload.uploadPart(number, part.bytes);
    part.release?.();
  }
  verifier?.end();
  if (verifier !== undefined) tally.verified += 1;
}
