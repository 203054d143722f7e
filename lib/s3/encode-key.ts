const PLAIN = /^[A-Za-z0-9._~/-]*$/;

/** A key as it stands in a path: all but letters, digits, `-._~` and the slashes percent-encoded, as S3 signs it; never normalised. */
export function encodeKey(key: string): string {
  if (PLAIN.test(key)) return key;
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}
