import { z } from 'zod';

/** What members of records, reports and events are made of. */

export const count = z.int().nonnegative();
export const time = z.string().meta({ format: 'date-time', description: 'ISO 8601, UTC' });

/** What a schema reads, as those see it who only look at it. */
export type Fixed<T> = T extends readonly (infer E)[]
  ? readonly Fixed<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Fixed<T[K]> }
    : T;
