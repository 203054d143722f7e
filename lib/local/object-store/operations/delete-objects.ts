import type { Bucket, WriteCondition } from '../bucket.ts';
import { unquote } from '../conditions.ts';
import type { Exchange } from '../exchange.ts';
import { xmlAnswer } from '../exchange.ts';
import { expectedDigests } from '../expected-digests.ts';
import type { S3Answer } from '../request.ts';
import { S3Error } from '../s3-error.ts';
import { childText, malformed, parseXml, xmlDocument } from '../xml.ts';
import type { XmlElement } from '../xml.ts';

/** S3's limit a request. */
const MAX_KEYS = 1000;

type Refusal = {
  readonly Key: string;
  readonly Code: string;
  readonly Message: string;
};

/** Deletes each key by itself: what S3 refuses is told per key, inside a success. */
export async function deleteObjects(exchange: Exchange): Promise<S3Answer> {
  const bucket = exchange.bucket();
  const { md5, checksum } = expectedDigests(exchange.request);
  if (md5 === undefined && checksum === undefined) {
    throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const { objects, quiet } = parseDelete(await exchange.receiveText());
  const deleted: { Key: string }[] = [];
  const refused: Refusal[] = [];
  for (const object of objects) {
    const key = childText(object, 'Key') ?? '';
    const refusal = exchange.deleteErrors?.(key) ?? (await removeOne(bucket, key, conditionOf(object)));
    if (refusal === undefined) deleted.push({ Key: key });
    else refused.push({ Key: key, Code: refusal.code, Message: refusal.message });
  }
  return xmlAnswer(xmlDocument('DeleteResult', { Deleted: quiet ? [] : deleted, Error: refused }));
}

function parseDelete(text: string): { objects: readonly XmlElement[]; quiet: boolean } {
  const document = parseXml(text);
  const objects = document.children.filter((child) => child.name === 'Object');
  const nameless = objects.some((object) => (childText(object, 'Key') ?? '') === '');
  if (document.name !== 'Delete' || objects.length === 0 || objects.length > MAX_KEYS || nameless) throw malformed();
  return { objects, quiet: childText(document, 'Quiet') === 'true' };
}

function conditionOf(object: XmlElement): WriteCondition {
  const etag = childText(object, 'ETag');
  return etag === undefined ? { kind: 'none' } : { kind: 'etag', etag: unquote(etag) };
}

async function removeOne(bucket: Bucket, key: string, condition: WriteCondition): Promise<S3Error | undefined> {
  try {
    await bucket.remove(key, condition);
    return undefined;
  } catch (error) {
    if (error instanceof S3Error) return error;
    throw error;
  }
}
