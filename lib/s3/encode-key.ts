const PLAIN = /^[A-Za-z0-9._~/-]*$/;

/** A key as it stands in a path: all but letters, digits, `-._~` and the slashes percent-encoded, as S3 signs it; never normalised. */
export function encodeKey(key: string): string {
  if (PLAIN.test(key)) return key;
  return encode(key).replaceAll('%2F', '/');
}

/** A query as it is sent and signed, in the order of its encoded names; '' for none. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  const values = new Map(Object.entries(query).map(([name, value]) => [encode(name), encode(value)]));
  return [...values.keys()]
    .sort()
    .map((name) => `${name}=${values.get(name) ?? ''}`)
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (found) => `%${found.charCodeAt(0).toString(16).toUpperCase()}`);
}
