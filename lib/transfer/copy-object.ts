import type { Transfer } from '../datastore/layout.ts';
import type { CopySource, MultipartUpload } from '../datastore/object-store.ts';
import { ConfigError } from '../errors.ts';
import type { Copies, CopyPlace } from './copies.ts';
import { inFlight } from './in-flight.ts';
import type { Route } from './move-object.ts';
import { pinned, putTogether } from './move-parts.ts';
import { countMoved, isWrittenOnce, type Moved } from './moved.ts';

/**
 * Objects above this size are copied in parts: S3 copies up to 5 GiB at once (facts/aws.md 3.2), but takes a minute for that in which
 * nothing is heard of it.
 */
export const COPY_PARTS_FROM_BYTES = 512 * 1024 * 1024;

const COPY_PART_BYTES = 256 * 1024 * 1024;
const COPY_PARTS_AT_ONCE = 4;

/** S3 takes 10,000 parts an object, so larger objects have larger parts; at 48.8 TiB, the largest there is, 5 GiB are enough. */
const MAX_PARTS = 10_000;

/** Bytes a part of an object of this size that is copied in parts. */
export function copyPartBytes(objectBytes: number): number {
  return Math.max(COPY_PART_BYTES, Math.ceil(objectBytes / MAX_PARTS));
}

/** Lets the provider copy one object; `undefined` when it refuses: then the object has to be relayed. */
export function copyObject(transfer: Transfer, copies: Copies, route: Route): Promise<Moved | undefined> {
  const large = (transfer.size ?? 0) > COPY_PARTS_FROM_BYTES;
  return copies.attempt(transfer, async () => {
    const moved = large ? await copyParts(transfer, copies.from, route) : await copyWhole(transfer, copies.from, route);
    if (moved.outcome === 'written') route.tally.copied += 1;
    return countMoved(moved, transfer, route.tally);
  });
}

function sourceOf({ sourceKey, etag }: Transfer, { bucket, prefix }: CopyPlace): CopySource {
  const key = prefix === '' ? sourceKey : `${prefix}/${sourceKey}`;
  return etag === undefined ? { bucket, key } : { bucket, key, etag };
}

async function copyWhole(transfer: Transfer, from: CopyPlace, { target }: Route): Promise<Moved> {
  const outcome = await target.copy(transfer.targetKey, sourceOf(transfer, from), { ifAbsent: isWrittenOnce(transfer) });
  if (outcome === undefined) throw await transfer.absent();
  const bytes = outcome === 'exists' ? 0 : (transfer.size ?? (await sizeOnTarget(transfer, { target })));
  return { outcome, bytes };
}

/** The answer to a copy says no size. Asking for it shows as well that there is an object now. */
async function sizeOnTarget({ targetKey, title }: Transfer, { target }: Pick<Route, 'target'>): Promise<number> {
  const head = await target.head(targetKey);
  if (head !== undefined) return head.size;
  const message = `${title}: the provider says that it was copied, and the target does not have it; use transfer-mode: relay`;
  throw new ConfigError('COPY_NOT_THERE', message, { context: { key: targetKey } });
}

/** Copies one large object by ranges of one version, some at once; it becomes visible whole, or not at all. */
export async function copyParts(
  transfer: Transfer,
  from: CopyPlace,
  route: Pick<Route, 'source' | 'target'>,
  partBytes?: number,
): Promise<Moved> {
  const { size, etag } = await pinned(transfer, route.source);
  const length = partBytes ?? copyPartBytes(size);
  const offsets = Array.from({ length: Math.ceil(size / length) }, (_, part) => part * length);
  const copyPart = (upload: MultipartUpload, offset: number): Promise<void> => {
    const range = { offset, length: Math.min(length, size - offset) };
    return upload.copyPart(offset / length + 1, { ...sourceOf(transfer, from), etag }, range);
  };
  await putTogether(transfer.targetKey, route.target, async (upload) => {
    await inFlight(offsets, { limit: COPY_PARTS_AT_ONCE }, (offset) => copyPart(upload, offset));
  });
  return { outcome: 'written', bytes: size };
}
