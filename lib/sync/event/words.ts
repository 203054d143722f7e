import type { Job } from '../job.ts';
import { withStop } from '../report/words.ts';

/** Longer messages fit neither a line nor every receiver. */
const MAX_CHARACTERS = 2_000;

/** Which copy a message is about, as its first words. */
export function nameCopy({ id, source, target }: Pick<Job, 'id' | 'source' | 'target'>): string {
  return `${id} (${source.id} -> ${target.id})`;
}

/** With its full stop, and short enough for any receiver. */
export function asSentence(text: string): string {
  return withStop(text.slice(0, MAX_CHARACTERS).toWellFormed());
}
