import { open, rm } from 'node:fs/promises';
import { readSpan } from './file-bytes.ts';
import type { FileSpan } from './file-bytes.ts';

/** Copies spans, one after the other, into a new file `file`; each piece is shown to `digests` on the way. */
export async function copySpans(
  spans: Iterable<FileSpan> | AsyncIterable<FileSpan>,
  file: string,
  digests: readonly { update(bytes: Uint8Array): void }[],
): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for await (const piece of readSpans(spans)) {
      for (const digest of digests) digest.update(piece);
      await handle.write(piece);
    }
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

async function* readSpans(spans: Iterable<FileSpan> | AsyncIterable<FileSpan>): AsyncGenerator<Buffer> {
  for await (const span of spans) yield* readSpan(span);
}
