import type { z } from 'zod';
import { formatDuration, parseDuration } from '../schedule/duration.ts';
import { text } from './formats.ts';

/** A time span within bounds, in PBS's spelling. */
export function span(
  description: string,
  { least = 0, most = Infinity, examples }: { readonly least?: number; readonly most?: number; readonly examples: string[] },
): z.ZodString {
  const problem = (value: string): string | undefined => {
    const parsed = parseDuration(value);
    if ('problem' in parsed) return parsed.problem;
    if (parsed.ms < least) return `is too short; wanted at least ${formatDuration(least)}`;
    return parsed.ms > most ? `is too long; wanted at most ${formatDuration(most)}` : undefined;
  };
  return text(problem, { description, examples });
}
