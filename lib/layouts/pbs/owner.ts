const AUTH_ID = /^[^\s:/\p{Cc}]+@[A-Za-z0-9_][A-Za-z0-9._-]*(?:![A-Za-z0-9_][A-Za-z0-9._-]*)?$/u;
/** Far beyond any auth id; keeps a stray object under this name from being searched. */
const MAX_OWNER_BYTES = 4096;

/**
 * The auth id in an `owner` file, `user@realm` or `user@realm!token`: its first line, trimmed, as PBS reads it. Undefined when that
 * is no auth id; PBS hides a group with such an owner (facts/pbs.md 1.1, 1.8, 11).
 */
export function parseOwner(bytes: Buffer): string | undefined {
  if (bytes.length > MAX_OWNER_BYTES) return undefined;
  const [line = ''] = bytes.toString('utf8').split('\n', 1);
  const owner = line.trim();
  return AUTH_ID.test(owner) && !owner.includes('\u{fffd}') ? owner : undefined;
}

/** The bytes of an `owner` file. */
export function formatOwner(owner: string): Buffer {
  return Buffer.from(`${owner}\n`);
}
