import type { OpenObject } from './bucket.ts';
import { readVerdict } from './conditions.ts';
import type { Exchange } from './exchange.ts';
import { closeSync } from 'node:fs';
import { decode, header } from './request.ts';
import { S3Error, preconditionFailed } from './s3-error.ts';

export interface CopySourceName {
  readonly bucket: string;
  readonly key: string;
}

/** Where x-amz-copy-source points: `bucket/key` or `/bucket/key`, percent-encoded. */
export function copySourceName(exchange: Exchange): CopySourceName {
  const [encoded = '', version] = (header(exchange.request, 'x-amz-copy-source') ?? '').split('?');
  const text = decode(encoded.startsWith('/') ? encoded.slice(1) : encoded);
  const slash = text.indexOf('/');
  if (version !== undefined)
    throw new S3Error('NotImplemented', 'Versions are not implemented by this endpoint.', { Header: 'x-amz-copy-source' });
  if (slash < 1 || slash === text.length - 1) {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
      ArgumentName: 'x-amz-copy-source',
    });
  }
  return { bucket: text.slice(0, slash), key: text.slice(slash + 1) };
}

/** Opens the source if the conditions on it hold, hands it to `use`, and closes it. */
export async function withCopySource<T>(exchange: Exchange, use: (source: OpenObject) => Promise<T>): Promise<T> {
  const { bucket, key } = copySourceName(exchange);
  const source = await exchange.buckets.get(bucket).open(key);
  try {
    if (readVerdict(exchange.request, source.record, 'copy-source') === 'not-modified') {
      throw preconditionFailed('x-amz-copy-source-If-None-Match');
    }
    return await use(source);
  } finally {
    closeSync(source.fd);
  }
}
