import type { Socket } from 'node:net';
import { freeBytes } from '../../lib/datastore/free-bytes.ts';
import type { Link } from './link.ts';

/** One direction of a proxied connection. */
export interface Flow {
  /** Sends on, by way of the link. */
  forward(piece: Buffer): void;
}

/** Takes what comes from `from`, and sends to `to` what `forward` is given; as slow as the slower of the two. */
export function openFlow(from: Socket, to: Socket, link: Link | undefined, take: (piece: Buffer) => void): Flow {
  let inLink = 0;
  const resume = (): void => {
    if (inLink === 0 && !to.writableNeedDrain) from.resume();
  };
  const deliver = (piece: Buffer): void => {
    // Most pieces are a whole read: the garbage collector need not look for them.
    const isWhole = piece.length === piece.buffer.byteLength;
    if (!to.destroyed && !to.write(piece, isWhole ? (error) => (error ? undefined : freeBytes(piece)) : undefined)) from.pause();
  };
  const carry = (piece: Buffer, arrived: (piece: Buffer) => void): void => {
    if (link === undefined) return arrived(piece);
    inLink += 1;
    from.pause();
    link.carry(piece, arrived, () => {
      inLink -= 1;
      resume();
    });
  };
  to.on('drain', resume);
  from.on('data', take);
  // A client that went away, or was cut off, is no fault of the proxy.
  from.on('error', () => to.destroy());
  // What is still on its way arrives before the end does.
  from.on('end', () => carry(Buffer.alloc(0), () => to.end()));
  return { forward: (piece) => carry(piece, deliver) };
}
