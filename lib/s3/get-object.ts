import type { ByteRange, GetOptions } from '../datastore/object-store.ts';
import type { FlotillaError } from '../errors.ts';
import { invalidAnswer } from './errors.ts';
import type { ResponseHead } from './http/response-head.ts';
import { TruncatedError } from './http/errors.ts';
import { OPERATIONS } from './request.ts';
import type { Store } from './request.ts';

/** What a GET brought: `size` and `etag` as the provider told them, if it did. */
export interface Got {
  readonly bytes: Buffer;
  readonly size: number | undefined;
  readonly etag: string | undefined;
}

// The transfer engine reads what is larger by ranges; a body is one buffer.
const MAX_BODY_BYTES = 1024 * 1024 * 1024;

/** One GET on the wire, its body included; `key` is the full key. Throws what the wire throws. */
export async function getObject(store: Store, key: string, options: GetOptions, fresh: boolean): Promise<Got> {
  const { connection, paces } = store;
  const read = (head: ResponseHead): Span =>
    spanOf(head, options.range, (what) => invalidAnswer(connection.location, OPERATIONS.get(key), what));
  const answer = await connection.wire.send({
    method: 'GET',
    key,
    headers: {
      ...(options.ifMatch === undefined ? {} : { 'if-match': `"${options.ifMatch}"` }),
      ...(options.range === undefined ? {} : { range: formatRange(options.range) }),
    },
    limit: (head) => read(head).length,
    pace: paces.read,
    fresh,
  });
  const { length, size } = read(answer);
  if (answer.body.length !== length) throw new TruncatedError(`${answer.body.length} of ${length} bytes`);
  return { bytes: answer.body, size, etag: answer.headers['etag'] };
}

function formatRange(range: ByteRange): string {
  return `bytes=${range.offset}-${range.offset + range.length - 1}`;
}

/** Bytes in the body, and in the whole object. */
interface Span {
  readonly length: number;
  readonly size: number;
}

function spanOf({ headers }: ResponseHead, range: ByteRange | undefined, invalid: (what: string) => FlotillaError): Span {
  const { 'content-length': declared, 'content-range': covered } = headers;
  if (covered === undefined && declared === undefined) throw invalid('the answer has no Content-Length');
  const whole = Number(declared);
  const span = covered === undefined ? { length: whole, size: whole } : partOf(covered, declared, range);
  if (span === undefined) {
    throw invalid(`the answer covers ${covered} in ${declared ?? 'some'} bytes, which is not what was asked for`);
  }
  if (span.length > MAX_BODY_BYTES) throw invalid(`the answer has ${span.length} bytes, more than one buffer may hold`);
  return span;
}

/** The span of a Content-Range that is what was asked for; a proxy may leave out the length and send it in chunks. */
function partOf(covered: string, declared: string | undefined, range: ByteRange | undefined): Span | undefined {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(covered) ?? [];
  const [start, size] = [Number(first), Number(total)];
  const length = Number(last) - start + 1;
  const asked = range !== undefined && start === range.offset && length === Math.min(range.length, size - start);
  return asked && Number(declared ?? length) === length ? { length, size } : undefined;
}
