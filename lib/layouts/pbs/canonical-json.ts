import { DataError } from '../../errors.ts';

export type JsonObject = { readonly [key: string]: unknown };

/** Levels of nesting that serde reads, and so PBS. */
const MAX_DEPTH = 128;

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The text that PBS signs: keys in the order of their bytes, no blanks, strings escaped as serde does, which is as JSON.stringify
 * does (facts/pbs.md 1.7). Throws a `DataError` JSON_NOT_CANONICAL for null, and for numbers that JavaScript may have changed.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sortKeys(value), (_key, member: unknown) => {
    if (typeof member !== 'number' && member !== null) return member;
    if (Number.isSafeInteger(member) && !Object.is(member, -0)) return member;
    throw new DataError('JSON_NOT_CANONICAL', `${String(member)} has no canonical JSON`);
  });
}

/** `value` with the keys of its objects in the order of their bytes, as serde keeps them. */
export function sortKeys(value: unknown): unknown {
  return sortLevel(value, MAX_DEPTH);
}

function sortLevel(value: unknown, levels: number): unknown {
  if (levels === 0) throw new DataError('JSON_NOT_CANONICAL', `JSON is nested more than ${MAX_DEPTH} levels deep`);
  if (Array.isArray(value)) return value.map((member) => sortLevel(member, levels - 1));
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortLevel(member, levels - 1)]));
}
