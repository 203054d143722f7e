import type { Transfer } from '../datastore/layout.ts';
import type { CopySource, MultipartUpload } from '../datastore/object-store.ts';
import { ConfigError } from '../errors.ts';
import type { Copies, CopyPlace } from './copies.ts';
import { inFlight } from './in-flight.ts';
import type { Route } from './move-object.ts';
import { pinned, putTogether } from './move-parts.ts';
import { countMoved, isWrittenOnce, type Moved } from './moved.ts';
import { partRanges, type PartRange } from './part-ranges.ts';

/**
 * Objects above this size are copied in parts: S3 copies up to 5 GiB at once (facts/aws.md 3.2), but takes a minute for that in which
 * nothing is heard of it.
 */
export const COPY_PARTS_FROM_BYTES = 512 * 1024 * 1024;

/** Bytes a part, at least: for 48.8 TiB, the largest object there is, it takes parts of 5 GiB, the largest there are. */
export const COPY_PART_BYTES = 256 * 1024 * 1024;
const COPY_PARTS_AT_ONCE = 4;

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
  leastBytes = COPY_PART_BYTES,
): Promise<Moved> {
  const { size, etag } = await pinned(transfer, route.source);
  const copyPart = (upload: MultipartUpload, { number, range }: PartRange): Promise<void> =>
    upload.copyPart(number, { ...sourceOf(transfer, from), etag }, range);
  await putTogether(transfer.targetKey, route.target, async (upload) => {
    await inFlight(partRanges(size, leastBytes), { limit: COPY_PARTS_AT_ONCE }, (part) => copyPart(upload, part));
  });
  return { outcome: 'written', bytes: size };
}
