import { S3Error } from './s3-error.ts';

export interface ByteSpan {
  readonly offset: number;
  readonly length: number;
}

/**
 * The span that a Range header asks for of an object of `size` bytes; `undefined` when it asks for the whole: S3 serves one range
 * and ignores a header it cannot read. A range that begins past the end is InvalidRange.
 */
export function parseRange(text: string | undefined, size: number): ByteSpan | undefined {
  if (text === undefined) return undefined;
  const span = suffixSpan(text, size) ?? boundedSpan(text, size);
  if (span === undefined || span.length > 0) return span;
  throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
    RangeRequested: text,
    ActualObjectSize: String(size),
  });
}

function suffixSpan(text: string, size: number): ByteSpan | undefined {
  const [, last] = /^bytes=-(\d+)$/.exec(text) ?? [];
  if (last === undefined) return undefined;
  const length = Math.min(size, Number(last));
  return { offset: size - length, length };
}

/** A span that begins past the end has a length below 1. */
function boundedSpan(text: string, size: number): ByteSpan | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const offset = Number(first);
  const end = last === '' ? size : Number(last) + 1;
  return end <= offset && last !== '' ? undefined : { offset, length: Math.min(end, size) - offset };
}
