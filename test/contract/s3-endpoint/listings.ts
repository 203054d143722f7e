import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { refusal } from './workbench.ts';
import type { Workbench } from './workbench.ts';

/** In the byte order of their UTF-8: U+FF5E comes before U+1F600 there, and after it in UTF-16. */
const SORTED = ['-', '0', 'A', 'Z', '_', 'a!', 'a-b', 'a/b!', 'a/b/c', 'a/d', 'a0', 'b', 'é', '～', '😀'];
const MANY = 1005;

interface Page {
  readonly keys: string[];
  readonly prefixes: string[];
  readonly answer: ListObjectsV2CommandOutput;
}

export function describeListings(bench: () => Workbench): void {
  const listPage = async (input: Partial<ListObjectsV2CommandInput>): Promise<Page> => {
    const { client, bucket, key } = bench();
    const answer = await client.send(new ListObjectsV2Command({ Bucket: bucket, ...input }));
    const strip = (text: string | undefined): string => (text ?? '').slice(key('').length);
    const keys = (answer.Contents ?? []).map((one) => strip(one.Key));
    return { answer, keys, prefixes: (answer.CommonPrefixes ?? []).map((one) => strip(one.Prefix)) };
  };
  const listPages = async (input: Partial<ListObjectsV2CommandInput>): Promise<Page[]> => {
    const pages: Page[] = [];
    for (let ContinuationToken: string | undefined; pages.length < 100;) {
      const page = await listPage({ ...input, ...(ContinuationToken === undefined ? {} : { ContinuationToken }) });
      pages.push(page);
      ContinuationToken = page.answer.NextContinuationToken;
      if (ContinuationToken === undefined) break;
    }
    return pages;
  };

  describe('listings', () => {
    beforeAll(async () => {
      const { put } = bench();
      for (const name of SORTED.toReversed()) await put(`sort/${name}`, name);
    });

    it('lists keys in the byte order of their UTF-8', async () => {
      expect(await bench().list('sort/')).toEqual(SORTED.map((name) => `sort/${name}`));
    });

    it('tells key, size and time of each object', async () => {
      const { answer } = await listPage({ Prefix: bench().key('sort/é') });
      expect(answer.Contents?.[0]).toMatchObject({
        Size: 2,
        LastModified: expect.any(Date) as Date,
        ETag: expect.stringMatching(/^".+"$/) as string,
      });
      expect(answer).toMatchObject({ KeyCount: 1, IsTruncated: false, Name: bench().bucket });
    });

    it('lists what begins with a prefix, wherever in a name that ends', async () => {
      expect((await listPage({ Prefix: bench().key('sort/a') })).keys).toEqual(
        ['a!', 'a-b', 'a/b!', 'a/b/c', 'a/d', 'a0'].map((name) => `sort/${name}`),
      );
      expect((await listPage({ Prefix: bench().key('sort/a/b') })).keys).toEqual(['sort/a/b!', 'sort/a/b/c']);
    });

    it('lists nothing where nothing is', async () => {
      const { answer, keys } = await listPage({ Prefix: bench().key('nothing here') });
      expect([keys, answer.KeyCount, answer.IsTruncated]).toEqual([[], 0, false]);
    });

    it('rolls up what lies below a delimiter', async () => {
      const { keys, prefixes } = await listPage({ Prefix: bench().key('sort/a'), Delimiter: '/' });
      expect(keys).toEqual(['sort/a!', 'sort/a-b', 'sort/a0']);
      expect(prefixes).toEqual(['sort/a/']);
    });

    it('takes any delimiter', async () => {
      const { keys, prefixes } = await listPage({ Prefix: bench().key('sort/a'), Delimiter: 'b' });
      expect(prefixes).toEqual(['sort/a-b', 'sort/a/b']);
      expect(keys).toEqual(['sort/a!', 'sort/a/d', 'sort/a0']);
    });

    it.each([
      ['a/b!', ['a/b/c', 'a/d', 'a0', 'b', 'é', '～', '😀']],
      ['a/b', ['a/b!', 'a/b/c', 'a/d', 'a0', 'b', 'é', '～', '😀']],
      ['a/b/', ['a/b/c', 'a/d', 'a0', 'b', 'é', '～', '😀']],
      ['a/zzz', ['a0', 'b', 'é', '～', '😀']],
      ['～', ['😀']],
      ['😀', []],
    ])('begins after start-after %j, whether or not that key is there', async (after, expected) => {
      const { key } = bench();
      const { keys } = await listPage({ Prefix: key('sort/'), StartAfter: key(`sort/${after}`) });
      expect(keys).toEqual(expected.map((name) => `sort/${name}`));
    });

    it.each([1, 3, 14])('lists every key once in pages of %i', async (MaxKeys) => {
      const pages = await listPages({ Prefix: bench().key('sort/'), MaxKeys });
      expect(pages.flatMap((page) => page.keys)).toEqual(SORTED.map((name) => `sort/${name}`));
      for (const page of pages.slice(0, -1)) expect([page.keys.length, page.answer.IsTruncated]).toEqual([MaxKeys, true]);
    });

    it('lists every common prefix once in pages of one', async () => {
      const pages = await listPages({ Prefix: bench().key('sort/'), Delimiter: '/', MaxKeys: 1 });
      expect(pages.flatMap((page) => page.prefixes)).toEqual(['sort/a/']);
      expect(pages.flatMap((page) => page.keys)).toEqual(
        SORTED.filter((name) => !name.includes('/')).map((name) => `sort/${name}`),
      );
    });

    it('encodes keys when asked to', async () => {
      const { client, bucket, key, put } = bench();
      await put('encoded/a b+c&é', 'x');
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key('encoded/'), EncodingType: 'url' }));
      const listed = page.Contents?.[0]?.Key ?? '';
      expect(listed).not.toContain('é');
      expect(decodeURIComponent(listed.replaceAll('+', ' '))).toBe(key('encoded/a b+c&é'));
    });

    it('never puts more than 1,000 keys on a page, and gives the rest on the next', async () => {
      const { put, key } = bench();
      const names = Array.from({ length: MANY }, (_, index) => `many-keys/${String(index).padStart(5, '0')}`);
      for (let at = 0; at < MANY; at += 15) await Promise.all(names.slice(at, at + 15).map((name) => put(name, 'x')));
      const pages = await listPages({ Prefix: key('many-keys/'), MaxKeys: 5000 });
      expect(pages.map((page) => page.keys.length)).toEqual([1000, MANY - 1000]);
      expect(pages.flatMap((page) => page.keys)).toEqual(names);
    });

    it('shows a write and a delete at once', async () => {
      const { put, list, client, bucket, key } = bench();
      await put('fresh/a', 'x');
      expect(await list('fresh/')).toEqual(['fresh/a']);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key('fresh/a') }));
      expect(await list('fresh/')).toEqual([]);
    });

    it('refuses a continuation token that it never gave', async () => {
      const request = listPage({ Prefix: bench().key('sort/'), ContinuationToken: 'not a token' });
      expect(await refusal(request)).toEqual({ code: 'InvalidArgument', status: 400 });
    });
  });
}
