/** A time as records, reports and object keys have it: ISO 8601, UTC, of epoch milliseconds. */
export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
