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
  const matched = /^bytes=(\d*)-(\d*)$/.exec(text?.trim() ?? '');
  const [, first = '', last = ''] = matched ?? [];
  if (matched === null || (first === '' && last === '')) return undefined;
  const offset = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  if (first !== '' && last !== '' && Number(last) < offset) return undefined;
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (offset >= size || end <= offset) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
      RangeRequested: text ?? '',
      ActualObjectSize: String(size),
    });
  }
  return { offset, length: end - offset };
}
