import { knownContent, type KnownContent } from './known-content.ts';
import { openMoving, type Moving } from './moving.ts';
import { watchRivals, type Rivals } from './rivals.ts';
import type { ContentKeys } from './sweep.ts';

/** The content of one target in one run: what is there, and what is on its way. All workers of a process share one. */
export interface TargetContent {
  readonly known: KnownContent;
  readonly moving: Moving;
  readonly rivals: Rivals;
}

export function targetContent(keys: ContentKeys, capacity?: number): TargetContent {
  return { known: knownContent(keys, capacity), moving: openMoving(), rivals: watchRivals() };
}
