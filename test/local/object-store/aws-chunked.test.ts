import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decodeAwsChunked } from '../../../lib/local/object-store/aws-chunked.ts';
import type { Seal } from '../../../lib/local/object-store/signature.ts';

async function decode(
  body: string | Buffer,
  options: { seal?: Seal; pieceBytes?: number } = {},
): Promise<{ data: string; trailers: Record<string, string> }> {
  const bytes = Buffer.from(body);
  const step = options.pieceBytes ?? bytes.length;
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
  }
  const trailers = new Map<string, string>();
  const data: Buffer[] = [];
  const given = options.seal === undefined ? { trailers } : { seal: options.seal, trailers };
  for await (const piece of decodeAwsChunked(pieces(), given)) data.push(Buffer.from(piece));
  return { data: Buffer.concat(data).toString('latin1'), trailers: Object.fromEntries(trailers) };
}

/** The example of "Signature calculations: transferring payload in multiple chunks" in the S3 API reference. */
function documentedSeal(): Seal {
  const scope = '20130524/us-east-1/s3/aws4_request';
  const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from('AWS4wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'));
  return { key, date: '20130524T000000Z', scope, signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9' };
}

const SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
];

function documentedBody(signatures = SIGNATURES): string {
  const [first, second, last] = signatures;
  return `10000;chunk-signature=${first ?? ''}\r\n${'a'.repeat(65_536)}\r\n400;chunk-signature=${second ?? ''}\r\n${'a'.repeat(1024)}\r\n0;chunk-signature=${last ?? ''}\r\n\r\n`;
}

describe('decodeAwsChunked', () => {
  it('verifies the example of the API reference', async () => {
    const { data } = await decode(documentedBody(), { seal: documentedSeal(), pieceBytes: 7000 });
    expect(data).toBe('a'.repeat(66_560));
  });

  it.each([0, 1, 2])('refuses a wrong signature of chunk %i', async (index) => {
    const signatures = SIGNATURES.with(index, '0'.repeat(64));
    await expect(decode(documentedBody(signatures), { seal: documentedSeal() })).rejects.toMatchObject({
      code: 'SignatureDoesNotMatch',
    });
  });

  it('reads the trailer of an unsigned body', async () => {
    const { data, trailers } = await decode('5\r\nhello\r\n1\r\n!\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
    expect([data, trailers]).toEqual(['hello!', { 'x-amz-checksum-crc32': 'AAAAAA==' }]);
  });

  it('refuses a trailer that is not signed when chunks are', async () => {
    const body = documentedBody().replace(/\r\n\r\n$/, '\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
    await expect(decode(body, { seal: documentedSeal() })).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });

  it('reads the same whatever the pieces it comes in, and refuses it wherever it is cut off', async () => {
    const chunk = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunk, { maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(),
        async (chunks, pieceBytes, cut) => {
          const framed = chunks.map((one) => `${one.length.toString(16)}\r\n${one}\r\n`).join('');
          const body = `${framed}0\r\na:b\r\n\r\n`;
          expect((await decode(body, { pieceBytes })).data).toBe(chunks.join(''));
          await expect(decode(body.slice(0, cut % (body.length - 1)), { pieceBytes })).rejects.toMatchObject({
            code: 'IncompleteBody',
          });
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    'zz\r\n',
    '5;chunk-signature=short\r\nhello\r\n',
    '5\r\nhello!\r\n0\r\n\r\n',
    'ffffffffffff\r\n',
    '0'.repeat(20_000),
    '0\r\nno colon\r\n\r\n',
  ])('refuses framing that cannot be read: %j', async (body) => {
    await expect(decode(body)).rejects.toMatchObject({ code: expect.stringMatching(/InvalidRequest|IncompleteBody/) as string });
  });
});
