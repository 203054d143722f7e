import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import type { S3Answer } from '../request.ts';
import { childText, malformed, parseXml, xmlDocument } from '../xml.ts';

export function listBuckets(exchange: Exchange): S3Answer {
  const buckets = exchange.buckets.list().map(({ name, created }) => ({ Name: name, CreationDate: created.toISOString() }));
  const owner = { ID: 'flotilla', DisplayName: 'flotilla' };
  return xmlAnswer(xmlDocument('ListAllMyBucketsResult', { Owner: owner, Buckets: { Bucket: buckets } }));
}

export async function createBucket(exchange: Exchange): Promise<S3Answer> {
  const text = await exchange.receiveText();
  if (text !== '') requireConfiguration(text);
  exchange.buckets.create(exchange.request.bucket);
  return { status: 200, headers: { location: `/${exchange.request.bucket}` } };
}

function requireConfiguration(text: string): void {
  const document = parseXml(text);
  if (document.name !== 'CreateBucketConfiguration' || childText(document, 'LocationConstraint') === '') throw malformed();
}

export function headBucket(exchange: Exchange): S3Answer {
  exchange.bucket();
  return { status: 200, headers: { 'x-amz-bucket-region': exchange.region } };
}

export function getBucketLocation(exchange: Exchange): S3Answer {
  exchange.bucket();
  // S3 has no word for us-east-1 here.
  return xmlAnswer(xmlDocument('LocationConstraint', exchange.region === 'us-east-1' ? '' : exchange.region));
}
