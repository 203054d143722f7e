import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { BucketFolder } from '../../../lib/local/object-store/bucket-folder.ts';
import { openStore } from './open-store.ts';

interface Listing {
  readonly keys: readonly string[];
  readonly prefix: string;
  readonly startAfter: string;
  readonly delimiter: '' | '/' | 'b';
  readonly pageSize: number;
}

/** What S3 says of a listing, without folders or pages: sort by bytes, filter, roll up. */
function expectedListing(listing: Listing): string[] {
  const sorted = [...new Set(listing.keys)].map((key) => Buffer.from(key)).sort((a, b) => Buffer.compare(a, b));
  const after = sorted.filter((key) => Buffer.compare(key, Buffer.from(listing.startAfter)) > 0).map(String);
  const rolled = after.filter((key) => key.startsWith(listing.prefix)).map((key) => rollUp(key, listing));
  return [...new Set(rolled)];
}

function rollUp(key: string, { prefix, delimiter }: Listing): string {
  const rest = key.slice(prefix.length);
  const end = delimiter === '' ? -1 : rest.indexOf(delimiter);
  return end < 0 ? key : `${prefix}${rest.slice(0, end)}${delimiter}>`;
}

async function listedPages(client: S3Client, listing: Listing): Promise<string[]> {
  const found: string[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new ListObjectsV2Command({
        Bucket: 'box',
        Prefix: listing.prefix,
        Delimiter: listing.delimiter,
        MaxKeys: listing.pageSize,
        StartAfter: listing.startAfter,
        ContinuationToken: token,
      }),
    );
    const objects = (page.Contents ?? []).map((one) => one.Key ?? '');
    const prefixes = (page.CommonPrefixes ?? []).map((one) => `${one.Prefix ?? ''}>`);
    found.push(
      ...[...objects, ...prefixes].sort((a, b) =>
        Buffer.compare(Buffer.from(a.replace(/>$/, '')), Buffer.from(b.replace(/>$/, ''))),
      ),
    );
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return found;
}

const name = fc.constantFrom('', 'a', 'b', 'ab', 'a-', 'a!', '..', '.', 'é', '～', '😀', '%~', '%@a');
const key = fc
  .array(name, { minLength: 1, maxLength: 4 })
  .map((names) => names.join('/'))
  .filter((one) => one !== '');
const bound = fc.oneof(fc.constant(''), key, fc.constantFrom('a/', 'a', 'b/', '/', 'ab/a'));
const listings = fc.record<Listing>({
  keys: fc.array(key, { maxLength: 14 }),
  prefix: bound,
  startAfter: bound,
  delimiter: fc.constantFrom('', '/', 'b'),
  pageSize: fc.integer({ min: 1, max: 5 }),
});

describe('listings of a folder', () => {
  it('are those of the sorted keys, for any keys, prefix, start, delimiter and page size', async () => {
    const { root, client } = await openStore();
    const folder = path.join(root, 'box');
    await fc.assert(
      fc.asyncProperty(listings, async (listing) => {
        await rm(folder, { recursive: true });
        await mkdir(folder);
        const files = new BucketFolder(folder);
        for (const one of new Set(listing.keys)) {
          await writeFile(path.join(root, 'incoming'), one);
          files.place(one, path.join(root, 'incoming'), false);
        }
        expect(await listedPages(client, listing)).toEqual(expectedListing(listing));
      }),
      { numRuns: 60 },
    );
  });

  it('leave out empty folders', async () => {
    const { root, client } = await openStore();
    await mkdir(path.join(root, 'box', 'empty', 'deeper'), { recursive: true });
    await mkdir(path.join(root, 'box', 'full'));
    await writeFile(path.join(root, 'box', 'full', 'a'), 'x');
    const page = await client.send(new ListObjectsV2Command({ Bucket: 'box', Delimiter: '/' }));
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'full/' }]);
  });
});
