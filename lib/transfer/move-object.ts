import type { Transfer } from '../datastore/layout.ts';
import type { ObjectReader, ObjectWriter, StoredObject } from '../datastore/object-store.ts';
import { DataError } from '../errors.ts';
import type { Copies } from './copies.ts';
import { copyObject } from './copy-object.ts';
import { moveParts, PARTS_FROM_BYTES } from './move-parts.ts';
import { countMoved, isWrittenOnce, type Moved } from './moved.ts';
import type { TransferTally } from './tally.ts';

/** The two ends of a transfer, and what becomes of it. */
export interface Route {
  readonly source: ObjectReader;
  readonly target: ObjectWriter;
  /** Server-side copies; undefined: objects are relayed through this process, and verified. */
  readonly copies?: Copies;
  readonly tally: TransferTally;
}

/** Moves one object: its bytes are on the target, whole and verified, when this ends; else nothing of it is. */
export async function moveObject(transfer: Transfer, route: Route): Promise<Moved> {
  if (transfer.body !== undefined) return put(transfer, transfer.body, route);
  const copied = route.copies && (await copyObject(transfer, route.copies, route));
  if (copied !== undefined) return copied;
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
  return countMoved({ outcome, bytes: bytes.length }, transfer, tally);
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
