import type { Transfer } from '../datastore/layout.ts';
import type { CopySource, ObjectReader, ObjectWriter, PutOutcome, StoredObject } from '../datastore/object-store.ts';
import { DataError } from '../errors.ts';
import { moveParts, PARTS_FROM_BYTES } from './move-parts.ts';
import { countKnown, type TransferTally } from './tally.ts';

/** Where the source's objects are for the provider. */
interface CopyPlace {
  readonly bucket: string;
  readonly prefix: string;
}

/** The two ends of a transfer, and what becomes of it. */
export interface Route {
  readonly source: ObjectReader;
  readonly target: ObjectWriter;
  /** Where a server-side copy reads; undefined: objects are relayed through this process, and verified. */
  readonly copyFrom?: CopyPlace;
  readonly tally: TransferTally;
}

/** What became of a transfer: the bytes written, and whether the target had the object by then. */
export interface Moved {
  readonly outcome: PutOutcome;
  readonly bytes: number;
}

/** Moves one object: its bytes are on the target, whole and verified, when this ends; else nothing of it is. */
export async function moveObject(transfer: Transfer, route: Route): Promise<Moved> {
  if (transfer.body !== undefined) return put(transfer, transfer.body, route);
  if (route.copyFrom !== undefined) return copy(transfer, route.copyFrom, route);
  if ((transfer.size ?? 0) > PARTS_FROM_BYTES) return { outcome: 'written', bytes: await moveParts(transfer, route) };
  const object = await readVerified(transfer, route);
  const moved = await put(transfer, object.bytes, route);
  // Where it failed, a socket may still have them.
  object.release?.();
  return moved;
}

async function put(transfer: Transfer, bytes: Buffer, { target, tally }: Route): Promise<Moved> {
  const crc32 = transfer.crc32?.(bytes);
  const options = { ifAbsent: isWrittenOnce(transfer), ...(crc32 !== undefined && { crc32 }) };
  const outcome = await target.put(transfer.targetKey, bytes, options);
  return count({ outcome, bytes: bytes.length }, transfer, tally);
}

/** What is named by its content is never written over, unless what is there was found damaged. */
function isWrittenOnce({ digest, replace }: Transfer): boolean {
  return digest !== undefined && replace !== true;
}

function count({ outcome, bytes }: Moved, transfer: Transfer, tally: TransferTally): Moved {
  const written = outcome === 'written' ? bytes : 0;
  tally.bytes += written;
  if (transfer.digest !== undefined) countContent(outcome, transfer, tally);
  return { outcome, bytes: written };
}

function countContent(outcome: PutOutcome, transfer: Transfer, tally: TransferTally): void {
  if (outcome === 'written') {
    tally.chunks += 1;
    return;
  }
  countKnown(tally, transfer);
  tally.chunksTwice += 1;
}

/** What does not verify is read once more: the fault may have been on the way, not in the source. */
async function readVerified(transfer: Transfer, { source, tally }: Route): Promise<StoredObject> {
  const read = async (): Promise<StoredObject> => {
    const object = await source.get(transfer.sourceKey, transfer.etag === undefined ? {} : { ifMatch: transfer.etag });
    if (object === undefined) throw await transfer.absent();
    return object;
  };
  if (transfer.verify === undefined) return read();

  const first = await read();
  const object = verifies(transfer, first.bytes) ? first : await read();
  if (object !== first) transfer.verify(object.bytes);
  tally.verified += 1;
  return object;
}

/** Whether these bytes are what the transfer says they should be. */
export function verifies(transfer: Transfer, bytes: Buffer): boolean {
  try {
    transfer.verify?.(bytes);
    return true;
  } catch (error) {
    if (error instanceof DataError) return false;
    throw error;
  }
}

async function copy(transfer: Transfer, { bucket, prefix }: CopyPlace, { target, tally }: Route): Promise<Moved> {
  const key = prefix === '' ? transfer.sourceKey : `${prefix}/${transfer.sourceKey}`;
  const from: CopySource = transfer.etag === undefined ? { bucket, key } : { bucket, key, etag: transfer.etag };
  const outcome = await target.copy(transfer.targetKey, from, { ifAbsent: isWrittenOnce(transfer) });
  if (outcome === undefined) throw await transfer.absent();
  return count({ outcome, bytes: transfer.size ?? 0 }, transfer, tally);
}
