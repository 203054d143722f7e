import { uriEncode } from '../canonical-request.ts';
import type { Bucket } from '../bucket.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { lastModified } from '../record.ts';
import { countParameter } from '../request.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import { walk } from '../walk.ts';
import type { WalkEntry } from '../walk.ts';
import { xmlDocument } from '../xml.ts';
import type { XmlContent } from '../xml.ts';

/** S3's keys a page, however many are asked for. */
const MAX_KEYS = 1000;

interface Position {
  /** The listing goes on after this key. */
  readonly after: string;
  /** Keys that begin so were listed as one common prefix already. */
  readonly rolled?: string;
}

interface Page {
  readonly objects: Required<WalkEntry>[];
  readonly prefixes: string[];
  /** Where the next page begins; `undefined` after the last page. */
  readonly next?: Position;
}

interface Query {
  readonly prefix: string;
  readonly delimiter: string;
  readonly maxKeys: number;
  readonly from: Position;
}

export async function listObjectsV2(exchange: Exchange): Promise<S3Answer> {
  const { request } = exchange;
  if (request.query.get('list-type') !== '2') {
    throw new S3Error('InvalidArgument', 'Invalid List Type specified in Request', { ArgumentName: 'list-type' });
  }
  const bucket = exchange.bucket();
  const query = parseQuery(request);
  const page = readPage(bucket, query);
  const encode = keyEncoder(request);
  const contents = await describeObjects(bucket, page.objects, encode);
  return xmlAnswer(
    xmlDocument('ListBucketResult', {
      Name: bucket.name,
      Prefix: encode(query.prefix),
      ...echo(request, encode),
      KeyCount: contents.length + page.prefixes.length,
      MaxKeys: query.maxKeys,
      IsTruncated: page.next !== undefined,
      NextContinuationToken: page.next === undefined ? undefined : formatToken(page.next),
      Contents: contents,
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    }),
  );
}

function parseQuery(request: S3Request): Query {
  const token = request.query.get('continuation-token');
  return {
    prefix: request.query.get('prefix') ?? '',
    delimiter: request.query.get('delimiter') ?? '',
    maxKeys: Math.min(MAX_KEYS, countParameter(request, 'max-keys', MAX_KEYS)),
    from: token === undefined ? { after: request.query.get('start-after') ?? '' } : parseToken(token),
  };
}

function readPage(bucket: Bucket, query: Query): Page {
  const objects: Required<WalkEntry>[] = [];
  const prefixes: string[] = [];
  if (query.maxKeys === 0) return { objects, prefixes };
  const { prefix, delimiter } = query;
  let at = query.from;
  for (const { key, file } of walk(bucket.files.folder, { prefix, after: at.after, delimiter })) {
    if (at.rolled !== undefined && key.startsWith(at.rolled)) continue;
    if (objects.length + prefixes.length === query.maxKeys) return { objects, prefixes, next: at };
    const rolled = commonPrefix(key, prefix, delimiter);
    if (rolled !== undefined) prefixes.push(rolled);
    else if (file !== undefined) objects.push({ key, file });
    at = rolled === undefined ? { after: key } : { after: rolled, rolled };
  }
  return { objects, prefixes };
}

function commonPrefix(key: string, prefix: string, delimiter: string): string | undefined {
  const found = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}

async function describeObjects(bucket: Bucket, objects: Page['objects'], encode: (key: string) => string): Promise<XmlContent[]> {
  const contents: XmlContent[] = [];
  for (const { key, file } of objects) {
    const record = bucket.describeFile(key, file) ?? (await bucket.describe(key));
    // Deleted since the folder was read.
    if (record === undefined) continue;
    contents.push({
      Key: encode(key),
      LastModified: lastModified(record).toISOString(),
      ETag: `"${record.etag}"`,
      ChecksumAlgorithm: Object.keys(record.checksums ?? {}).map((name) => name.toUpperCase()),
      Size: record.size,
      StorageClass: 'STANDARD',
    });
  }
  return contents;
}

function echo(request: S3Request, encode: (key: string) => string): Record<string, XmlContent> {
  const delimiter = request.query.get('delimiter');
  const startAfter = request.query.get('start-after');
  return {
    Delimiter: delimiter === undefined || delimiter === '' ? undefined : encode(delimiter),
    EncodingType: request.query.get('encoding-type'),
    StartAfter: startAfter === undefined ? undefined : encode(startAfter),
    ContinuationToken: request.query.get('continuation-token'),
  };
}

/** Keys as the request wants them in documents: as they are, or percent-encoded but for slashes. */
export function keyEncoder(request: S3Request): (key: string) => string {
  const type = request.query.get('encoding-type');
  if (type === undefined) return (key) => key;
  if (type !== 'url')
    throw new S3Error('InvalidArgument', 'Invalid Encoding Method specified in Request', { ArgumentName: 'encoding-type' });
  return (key) => key.split('/').map(uriEncode).join('/');
}

function formatToken(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function parseToken(token: string): Position {
  try {
    const position: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (isPosition(position)) return position;
  } catch {
    // What is no JSON is not a token of ours either.
  }
  throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect', { ArgumentName: 'continuation-token' });
}

function isPosition(value: unknown): value is Position {
  return typeof value === 'object' && value !== null && 'after' in value && typeof value.after === 'string';
}
