import type { z } from 'zod';
import { parseHumanByte } from '../datastore/human-byte.ts';
import { parseMaxDelete } from './max-delete.ts';
import { textOrNumber } from './formats.ts';

type Amount = z.ZodUnion<readonly [z.ZodString, z.ZodNumber]>;

/** Bytes in PBS's spelling. */
export function humanByte(description: string): Amount {
  return textOrNumber((value) => problemOf(parseHumanByte(value)), { description, examples: ['20 MiB'] });
}

/** A rate in a timetable, where the limit outside of it may have to be lifted. */
export function frameRate(description: string): Amount {
  const check = (value: string | number): string | undefined =>
    value === 'unlimited' ? undefined : problemOf(parseHumanByte(value));
  return textOrNumber(check, { description, examples: ['20 MiB', 'unlimited'] });
}

/** A share or a number of snapshots. */
export function maxDelete(description: string): Amount {
  return textOrNumber((value) => problemOf(parseMaxDelete(value)), { description, examples: ['25%', 100] });
}

function problemOf(result: object): string | undefined {
  return 'problem' in result ? String(result.problem) : undefined;
}
