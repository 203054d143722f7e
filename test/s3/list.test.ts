import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { compareKeys } from '../../lib/s3/key-order.ts';
import { listingPage, openOddStore, s3Error } from './odd-server.ts';
import type { Answering } from './odd-server.ts';

/** The keys of a listing from a server that answers so. */
async function listFrom(answer: Answering, startAfter?: string): Promise<string[]> {
  const odd = await openOddStore(answer);
  const keys: string[] = [];
  try {
    for await (const page of odd.store.list('vm/', startAfter === undefined ? {} : { startAfter }))
      keys.push(...page.map(({ key }) => key));
  } finally {
    await odd.close();
  }
  return keys;
}

const pages =
  (...bodies: readonly string[]): Answering =>
  (response, _seen, n) =>
    response.end(bodies[Math.min(n, bodies.length - 1)]);

const more = (token: string): string => `<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`;

describe('list', () => {
  it('follows the provider to its last page, over an empty one', async () => {
    const answer = pages(listingPage(['store/vm/1'], more('t1')), listingPage([], more('t2')), listingPage(['store/vm/2']));
    expect(await listFrom(answer)).toEqual(['vm/1', 'vm/2']);
  });

  it.each([
    ['in one page', pages(listingPage(['store/vm/2', 'store/vm/1']))],
    ['twice', pages(listingPage(['store/vm/1', 'store/vm/1']))],
    ['over two pages', pages(listingPage(['store/vm/2'], more('t')), listingPage(['store/vm/1']))],
    ['page after page the same', pages(listingPage(['store/vm/1'], more('t')), listingPage(['store/vm/1'], more('u')))],
  ])('refuses keys that are out of order: %s', async (_what, answer) => {
    await expect(listFrom(answer)).rejects.toMatchObject({ name: 'ConfigError', code: 'LISTING_UNSORTED' });
  });

  it('refuses a provider that ignores start-after', async () => {
    await expect(listFrom(pages(listingPage(['store/vm/1'])), 'vm/1')).rejects.toMatchObject({ code: 'LISTING_UNSORTED' });
  });

  it.each([
    ['a page that has more behind it and no token', listingPage(['store/vm/1'], '<IsTruncated>true</IsTruncated>')],
    ['a page that does not say whether it is the last', listingPage(['store/vm/1'], '')],
    ['a page that is no listing', '<html><body>Sign in</body></html>'],
    ['an empty body', ''],
    ['a key of another datastore', listingPage(['store2/vm/1'])],
    ['fewer keys than it counts', listingPage(['store/vm/1']).replace('<KeyCount>1', '<KeyCount>2')],
    ['an object without a size', listingPage(['store/vm/1']).replace('<Size>1</Size>', '')],
    [
      'a key that is not encoded as it says',
      listingPage(['store/vm/%'], '<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>'),
    ],
  ])('refuses %s', async (_what, body) => {
    await expect(listFrom(pages(body))).rejects.toMatchObject({ name: 'ConfigError', code: 'STORE_ANSWER_INVALID' });
  });

  it('refuses to go round in circles over empty pages', async () => {
    await expect(listFrom(pages(listingPage([], more('t'))))).rejects.toMatchObject({ code: 'STORE_ANSWER_INVALID' });
  });

  it('decodes keys only where the answer says that they are encoded', async () => {
    const encoded = '<EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>';
    expect(await listFrom(pages(listingPage(['store/vm/a%2Bb+c'], encoded)))).toEqual(['vm/a+b c']);
    expect(await listFrom(pages(listingPage(['store/vm/a%2Bb+c'])))).toEqual(['vm/a%2Bb+c']);
  });

  it('reads a page again that was cut off, and never takes it for a short one', async () => {
    const whole = listingPage(['store/vm/1', 'store/vm/2']);
    const cut = pages(whole.slice(0, whole.indexOf('<Contents><Key>store/vm/2')), whole);
    expect(await listFrom(cut)).toEqual(['vm/1', 'vm/2']);
  });

  it('throws in the middle what the provider refuses in the middle', async () => {
    const answer: Answering = (response, _seen, n) =>
      n === 0 ? response.end(listingPage(['store/vm/1'], more('t'))) : s3Error(response, 403, 'AccessDenied');
    await expect(listFrom(answer)).rejects.toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      message: expect.stringContaining('s3:ListBucket') as string,
    });
  });

  it('does not take a missing bucket for an empty one', async () => {
    await expect(listFrom((response) => s3Error(response, 404, 'NoSuchBucket'))).rejects.toMatchObject({
      code: 'DATASTORE_NOT_FOUND',
    });
  });
});

describe('compareKeys', () => {
  it('orders as the bytes of UTF-8 do', () => {
    const text = fc.string({
      unit: fc.constantFrom('', 'a', 'b', '/', 'é', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'),
    });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });
});
