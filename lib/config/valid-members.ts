import type { z } from 'zod';

/** What can be believed of an object although other members of it are wrong: so that all faults are found in one go. */
export function validMembers<S extends z.ZodRawShape>(schema: z.ZodObject<S>, value: unknown): Partial<z.output<z.ZodObject<S>>> {
  if (typeof value !== 'object' || value === null) return {};
  const valid = Object.entries(value).flatMap(([key, member]) => {
    const result = Object.hasOwn(schema.shape, key) ? (schema.shape[key] as unknown as z.ZodType).safeParse(member) : undefined;
    return result?.success === true ? [[key, result.data]] : [];
  });
  return Object.fromEntries(valid) as Partial<z.output<z.ZodObject<S>>>;
}
