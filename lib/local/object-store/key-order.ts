const SURROGATE = /[\ud800-\udfff]/;

/** Compares as S3 sorts keys: by their UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0;
  // UTF-16 order is UTF-8 order except for surrogates, which sort after U+E000..U+FFFF in UTF-8.
  if (SURROGATE.test(a) || SURROGATE.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
