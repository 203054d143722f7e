import { Buffer } from 'node:buffer';

/**
 * Gives the memory of these bytes back at once; the buffer is empty after that. Only for who alone has it. Without it memory waits
 * for the garbage collector, and V8 has that look at the whole heap for every 64 MiB of buffers: 3 CPU seconds a GB, measured.
 */
export function freeBytes(bytes: Buffer): void {
  // Smaller ones may share the memory of a pool.
  if (bytes.length >= Buffer.poolSize && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0);
}
