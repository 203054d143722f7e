export const REQUEST_KINDS = ['list', 'head', 'get', 'put', 'copy', 'part', 'delete', 'other'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

/** What a request asks of an S3 server. */
export interface S3Request {
  readonly method: string;
  readonly kind: RequestKind;
  /** Decoded; '' where the request is about a bucket. */
  readonly key: string;
  /** What tells apart the parts of one object: a part's number when it is sent, a range when it is read; else ''. */
  readonly part: string;
  /** Whether its success makes the object of that key visible. */
  readonly commits: boolean;
}

/** Reads the head of a path-style request. */
export function readRequest(text: string): S3Request {
  const [, method = '', path = '', query = ''] = REQUEST_LINE.exec(text) ?? [];
  const slash = path.indexOf('/', 1);
  const key = slash < 0 ? '' : decodeKey(path.slice(slash + 1));
  const kind = kindOf({ method, key, query, copies: COPIES.test(text) });
  const part = PART.exec(query)?.[0] ?? RANGE.exec(text)?.[1] ?? '';
  return { method, kind, key, part, commits: isCommit({ method, kind, part, query }) };
}

/** A whole object, or the last word on one that went in parts. */
function isCommit({ method, kind, part, query }: { method: string; kind: RequestKind; part: string; query: string }): boolean {
  if (method === 'POST') return query.includes('uploadId=');
  return kind === 'put' || (kind === 'copy' && part === '');
}

const REQUEST_LINE = /^(\S+) ([^\s?]+)\??(\S*)/;
const COPIES = /\r\nx-amz-copy-source:/i;
const PART = /partNumber=\d+/;
const RANGE = /\r\nrange: *([^\r]*)/i;

interface Seen {
  readonly method: string;
  readonly key: string;
  readonly query: string;
  readonly copies: boolean;
}

const METHODS: Readonly<Record<string, RequestKind>> = { GET: 'get', HEAD: 'head', DELETE: 'delete' };

function kindOf({ method, key, query, copies }: Seen): RequestKind {
  if (key === '') return bucketKind(method, query);
  if (method !== 'PUT') return METHODS[method] ?? 'other';
  if (copies) return 'copy';
  return PART.test(query) ? 'part' : 'put';
}

/** Questions about a bucket's location or versions are no listings. */
function bucketKind(method: string, query: string): RequestKind {
  if (method === 'GET' && (query === '' || /(^|&)(list-type|prefix|delimiter|marker|max-keys)=/.test(query))) return 'list';
  return method === 'POST' && /(^|&)delete(=|&|$)/.test(query) ? 'delete' : 'other';
}

function decodeKey(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
