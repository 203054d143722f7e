import type { WriteCondition } from './bucket.ts';
import { lastModified } from './record.ts';
import type { ObjectRecord } from './record.ts';
import { header } from './request.ts';
import type { S3Request } from './request.ts';
import { S3Error, preconditionFailed } from './s3-error.ts';

/** The names of the four conditional headers: plain, or those of a copy's source. */
const NAMES = {
  object: ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
  'copy-source': [
    'x-amz-copy-source-if-match',
    'x-amz-copy-source-if-none-match',
    'x-amz-copy-source-if-modified-since',
    'x-amz-copy-source-if-unmodified-since',
  ],
} as const;

/** Whether a read may go on: an ETag condition outweighs the date condition of its kind (RFC 9110, as S3 has it). */
export function readVerdict(request: S3Request, record: ObjectRecord, of: keyof typeof NAMES): 'ok' | 'not-modified' {
  const [ifMatch, ifNoneMatch, modifiedSince, unmodifiedSince] = NAMES[of].map((name) => header(request, name));
  const modified = Math.floor(lastModified(record).getTime() / 1000) * 1000;
  if (ifMatch !== undefined) {
    if (!matchesEtag(ifMatch, record.etag)) throw preconditionFailed('If-Match');
  } else if (modified > dateOf(unmodifiedSince, Infinity)) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return matchesEtag(ifNoneMatch, record.etag) ? 'not-modified' : 'ok';
  return modified <= dateOf(modifiedSince, -Infinity) ? 'not-modified' : 'ok';
}

function dateOf(text: string | undefined, otherwise: number): number {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? otherwise : time;
}

function matchesEtag(condition: string, etag: string): boolean {
  return condition.split(',').some((one) => one.trim() === '*' || unquote(one.trim()) === etag);
}

/** An ETag without quotes. */
export function unquote(etag: string): string {
  return /^"(.*)"$/.exec(etag)?.[1] ?? etag;
}

/** The condition of a write. S3 knows `If-None-Match: *` and `If-Match: <etag>`; any other is NotImplemented. */
export function writeCondition(request: S3Request): WriteCondition {
  const ifMatch = header(request, 'if-match');
  const ifNoneMatch = header(request, 'if-none-match');
  if (ifMatch === undefined && ifNoneMatch === undefined) return { kind: 'none' };
  if (ifMatch === undefined && ifNoneMatch === '*') return { kind: 'absent' };
  if (ifMatch !== undefined && ifNoneMatch === undefined && ifMatch !== '*') return { kind: 'etag', etag: unquote(ifMatch) };
  throw new S3Error('NotImplemented', 'A header you provided implies functionality that is not implemented', {
    Header: ifMatch === undefined || ifNoneMatch !== undefined ? 'If-None-Match' : 'If-Match',
  });
}
