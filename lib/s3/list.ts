import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { ConfigError } from '../errors.ts';
import type { ListedObject, ListOptions } from '../datastore/object-store.ts';
import { contextOf, invalidAnswer, subject, translate } from './errors.ts';
import type { FlotillaError } from '../errors.ts';
import { compareKeys } from './key-order.ts';
import { OPERATIONS, request } from './request.ts';
import type { Store } from './request.ts';

const MAX_KEYS = 1000;

/** Where a listing stands: after `last` (a full key), at the page that `token` names. */
interface Position {
  readonly last: string | undefined;
  readonly token: string | undefined;
}

/**
 * Pages of a listing, each checked before it is handed out: keys below the prefix, in byte order, none twice, as many as the
 * provider counted. Any `prefix` is text, not a folder: `vm/100` also lists `vm/1000`, so a folder's ends with a slash.
 */
export async function* listObjects(store: Store, prefix: string, options: ListOptions): AsyncGenerator<readonly ListedObject[]> {
  const listing = { store, prefix: store.prefix + prefix, options };
  let position: Position = {
    last: options.startAfter === undefined ? undefined : store.prefix + options.startAfter,
    token: undefined,
  };
  for (;;) {
    const output = await requestPage(listing, position);
    const objects = readPage(listing, output, position.last);
    store.connection.learned.bucketSeen = true;
    if (objects.length > 0) yield objects.map((object) => ({ ...object, key: object.key.slice(store.prefix.length) }));
    if (output.IsTruncated === false) return;
    position = { last: objects.at(-1)?.key ?? position.last, token: nextToken(listing, output, position.token) };
  }
}

interface Listing {
  readonly store: Store;
  readonly prefix: string;
  readonly options: ListOptions;
}

async function requestPage(listing: Listing, position: Position): Promise<ListObjectsV2CommandOutput> {
  const { client, location } = listing.store.connection;
  const { token } = position;
  const answer = await request(listing.store, OPERATIONS.list(listing.prefix), () =>
    client.send(
      new ListObjectsV2Command({
        Bucket: location.bucket,
        Prefix: listing.prefix,
        MaxKeys: listing.options.pageSize ?? MAX_KEYS,
        // Some keys cannot be written in XML; where the answer says so, they come percent-encoded.
        EncodingType: 'url',
        ...(token === undefined ? {} : { ContinuationToken: token }),
        ...(token === undefined && position.last !== undefined ? { StartAfter: position.last } : {}),
      }),
    ),
  );
  if (answer.ok) return answer.value;
  throw translate(location, OPERATIONS.list(listing.prefix), answer);
}

function readPage(listing: Listing, output: ListObjectsV2CommandOutput, after: string | undefined): ListedObject[] {
  const contents = output.Contents ?? [];
  if (output.IsTruncated === undefined)
    throw invalid(listing, 'the answer is no listing: it does not say whether it is the last page');
  if (output.KeyCount !== undefined && output.KeyCount !== contents.length) {
    throw invalid(listing, `the page has ${contents.length} keys and says that it has ${output.KeyCount}`);
  }
  let last = after;
  return contents.map(({ Key, Size, ETag }) => {
    if (Key === undefined || Size === undefined || ETag === undefined)
      throw invalid(listing, 'an object without key, size or ETag');
    const key = output.EncodingType === 'url' ? decodeKey(listing, Key) : Key;
    if (!key.startsWith(listing.prefix)) throw invalid(listing, `the key ${key} is not below the prefix`);
    if (last !== undefined && compareKeys(last, key) >= 0) throw unsorted(listing, last, key);
    last = key;
    return { key, size: Size, etag: ETag.replaceAll('"', '') };
  });
}

function decodeKey(listing: Listing, encoded: string): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw invalid(listing, `the key ${encoded} is not percent-encoded, although the answer says so`);
  }
}

function nextToken(listing: Listing, output: ListObjectsV2CommandOutput, before: string | undefined): string {
  const token = output.NextContinuationToken;
  if (token === undefined || token === '') throw invalid(listing, 'the page says that more follow, and not where');
  if (token === before) throw invalid(listing, 'two pages in a row name the same next page');
  return token;
}

function invalid(listing: Listing, what: string): FlotillaError {
  return invalidAnswer(listing.store.connection.location, OPERATIONS.list(listing.prefix), what);
}

function unsorted(listing: Listing, last: string, key: string): FlotillaError {
  const { location } = listing.store.connection;
  const operation = OPERATIONS.list(listing.prefix);
  return new ConfigError(
    'LISTING_UNSORTED',
    `${subject(location, operation)}: ${key} is listed after ${last}: this provider's listings are not in byte order, and cannot be synced`,
    contextOf(location, operation),
  );
}
