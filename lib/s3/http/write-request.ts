import type { Socket } from 'node:net';
import type { Pace } from '../../datastore/pace.ts';

/** What is written: a head, already written out, and what follows it. */
interface Written {
  readonly head: Buffer;
  readonly body?: Buffer;
}

export type Upload = Written & { readonly body: Buffer };

/** What goes at once where a limit holds: small enough for the slowest limits, large enough to cost little. */
export const QUANTUM_BYTES = 16 * 1024;

// A larger body is not joined with its head: TLS would copy both into one buffer.
const MAX_JOINED_BYTES = 16 * 1024;
const NOTHING = Buffer.alloc(0);

export function hasBody(request: Written): request is Upload {
  return request.body !== undefined && request.body.length > 0;
}

/** Writes one request as fast as the socket takes it; `onWritten` is called when all of it is written, or with what went wrong. */
export function write(socket: Socket, { head, body }: Written, onWritten: (error?: Error | null) => void): void {
  if (body === undefined || body.length === 0) return void socket.write(head, onWritten);
  const join = body.length <= MAX_JOINED_BYTES || !('encrypted' in socket);
  if (join) socket.cork();
  socket.write(head);
  socket.write(body, onWritten);
  if (join) socket.uncork();
}

/** How an upload goes that has a pace. */
export interface Pacing {
  readonly pace: Pace;
  /** Whether nobody wants the rest: it was answered, or it failed. */
  readonly isOver: () => boolean;
  /** Called when it waits for its pace, and when it goes on: silence between the two is no fault of the server. */
  readonly waits: (waiting: boolean) => void;
}

/** Writes one request in slices, each after the one before has left. True when all of it was written. Rejects as the pace does. */
export async function writePaced(socket: Socket, { head, body }: Upload, pacing: Pacing): Promise<boolean> {
  let before = head;
  for (let at = 0; at < body.length; at += QUANTUM_BYTES) {
    const slice = body.subarray(at, at + QUANTUM_BYTES);
    const wait = pacing.pace.take(slice.length);
    if (wait !== undefined) await waitFor(wait, pacing);
    if (pacing.isOver() || !(await writeSlice(socket, before, slice))) return false;
    before = NOTHING;
  }
  return true;
}

async function waitFor(wait: Promise<void>, { isOver, waits }: Pacing): Promise<void> {
  waits(true);
  await wait;
  if (!isOver()) waits(false);
}

/** False when the socket is gone, which it tells by itself. */
function writeSlice(socket: Socket, before: Buffer, slice: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    socket.cork();
    if (before.length > 0) socket.write(before);
    socket.write(slice, (error) => resolve(!error));
    socket.uncork();
  });
}
