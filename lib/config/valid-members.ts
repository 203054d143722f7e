import type { z } from 'zod';

/** What can be believed of an object although other members of it are wrong: so that all faults are found in one go. */
export interface ValidMembers<T> {
  readonly entry: Partial<T>;
  /** All keys that are there, those with wrong values too. */
  readonly given: readonly string[];
}

/** Checks each member of `value` by itself. */
export function validMembers<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  value: object,
): ValidMembers<z.output<z.ZodObject<S>>> {
  const members = Object.entries(value);
  const valid = members.flatMap(([key, member]) => {
    const result = Object.hasOwn(schema.shape, key) ? (schema.shape[key] as unknown as z.ZodType).safeParse(member) : undefined;
    return result?.success === true ? [[key, result.data]] : [];
  });
  return { entry: Object.fromEntries(valid) as Partial<z.output<z.ZodObject<S>>>, given: members.map(([key]) => key) };
}
