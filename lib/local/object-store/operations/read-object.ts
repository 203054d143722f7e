import { closeSync } from 'node:fs';
import type { OpenObject } from '../bucket.ts';
import { parseRange } from '../byte-range.ts';
import type { ByteSpan } from '../byte-range.ts';
import { checksumHeaders } from '../checksum.ts';
import { readVerdict } from '../conditions.ts';
import type { Exchange } from '../exchange.ts';
import { spanBody } from '../file-bytes.ts';
import { recordHeaders } from '../object-headers.ts';
import type { ObjectRecord } from '../record.ts';
import { header } from '../request.ts';
import type { S3Answer, S3Request } from '../request.ts';
import { noSuchKey } from '../s3-error.ts';

export async function getObject(exchange: Exchange): Promise<S3Answer> {
  const opened = await exchange.bucket().open(exchange.request.key);
  try {
    return answerWith(exchange.request, opened);
  } catch (error) {
    closeSync(opened.fd);
    throw error;
  }
}

function answerWith(request: S3Request, opened: OpenObject): S3Answer {
  const head = answerHead(request, opened.record);
  if (head.span === undefined) {
    closeSync(opened.fd);
    return head.answer;
  }
  return { ...head.answer, body: spanBody({ fd: opened.fd, ...head.span }) };
}

/** As GetObject, without the bytes: content-length says how many they would be. */
export async function headObject(exchange: Exchange): Promise<S3Answer> {
  const record = await exchange.bucket().describe(exchange.request.key);
  if (record === undefined) throw noSuchKey(exchange.request.key);
  const { answer, span } = answerHead(exchange.request, record);
  if (span === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'content-length': String(span.length) } };
}

function answerHead(request: S3Request, record: ObjectRecord): { answer: S3Answer; span?: ByteSpan } {
  const headers = recordHeaders(record);
  if (readVerdict(request, record, 'object') === 'not-modified') return { answer: { status: 304, headers } };
  const span = parseRange(header(request, 'range'), record.size);
  if (span === undefined) {
    return {
      answer: { status: 200, headers: { ...headers, ...wholeChecksums(request, record) } },
      span: { offset: 0, length: record.size },
    };
  }
  const range = `bytes ${String(span.offset)}-${String(span.offset + span.length - 1)}/${String(record.size)}`;
  return { answer: { status: 206, headers: { ...headers, 'content-range': range } }, span };
}

/** S3 hands out checksums on demand, and not with a part of the object. */
function wholeChecksums(request: S3Request, record: ObjectRecord): Record<string, string> {
  if (header(request, 'x-amz-checksum-mode')?.toUpperCase() !== 'ENABLED' || record.checksums === undefined) return {};
  return { ...checksumHeaders(record.checksums), 'x-amz-checksum-type': record.checksumType ?? 'FULL_OBJECT' };
}
