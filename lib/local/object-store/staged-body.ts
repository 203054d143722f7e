import { rmSync } from 'node:fs';
import type { Staged } from './bucket.ts';

/** Takes away the file of a body, if it was not moved to where it belongs. */
export function discardBody(body: Staged): void {
  if ('file' in body.content) rmSync(body.content.file, { force: true });
}
