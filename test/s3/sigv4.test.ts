import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeKey, encodeQuery } from '../../lib/s3/encode-key.ts';
import { createSigner, EMPTY_HASH, UNSIGNED_PAYLOAD } from '../../lib/s3/sigv4.ts';
import type { Signable, SigningKeys } from '../../lib/s3/sigv4.ts';

// The keys, date and requests of the S3 API reference, "Authenticating requests: using the Authorization header".
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const DATE = new Date('2013-05-24T00:00:00Z');
const host = 'examplebucket.s3.amazonaws.com';

describe('createSigner', () => {
  const sign = createSigner({ region: 'us-east-1', service: 's3' });

  it('signs the GET of a range as AWS publishes it', () => {
    const request = {
      method: 'GET',
      path: '/test.txt',
      query: '',
      headers: { host, range: 'bytes=0-9' },
      payloadHash: EMPTY_HASH,
    };
    expect(sign(request, KEYS, DATE)['authorization']).toBe(
      'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
  });

  it('signs the PUT of a body as AWS publishes it', () => {
    const request = {
      method: 'PUT',
      path: `/${encodeKey('test$file.text')}`,
      query: '',
      headers: { host, date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
      payloadHash: createHash('sha256').update('Welcome to Amazon S3.').digest('hex'),
    };
    expect(sign(request, KEYS, DATE)['authorization']).toMatch(
      /Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd$/,
    );
  });

  it('signs a query as AWS publishes it', () => {
    const query = encodeQuery({ prefix: 'J', 'max-keys': '2' });
    const request = { method: 'GET', path: '/', query, headers: { host }, payloadHash: EMPTY_HASH };
    expect(sign(request, KEYS, DATE)['authorization']).toMatch(
      /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
    );
  });

  it('signs as the SDK does, day after day and with one key after the other', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'Z', '0', ' ', '  ', '"', '/', '=', ';', ':', '-'), maxLength: 12 });
    const name = fc.constantFrom('content-type', 'content-md5', 'if-match', 'if-none-match', 'range', 'x-amz-checksum-crc32');
    const keys = fc.record({
      accessKeyId: fc.constantFrom('AKONE', 'AKTWO'),
      secretAccessKey: fc.constantFrom('s', 'other/secret+'),
      sessionToken: fc.constantFrom(undefined, '', 'token//=='),
    });
    const request = fc.record({
      method: fc.constantFrom('GET', 'HEAD', 'PUT'),
      path: fc.string({ unit: 'binary', maxLength: 20 }).map((key) => `/bucket/${encodeKey(key)}`),
      headers: fc.dictionary(name, text).map((headers) => ({ host: 'bucket.s3.example.com:9000', ...headers })),
      payloadHash: fc.constantFrom(EMPTY_HASH, UNSIGNED_PAYLOAD),
    });
    const query = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), fc.string({ unit: 'binary', maxLength: 8 }));
    const at = fc.date({ min: new Date('2013-01-01'), max: new Date('2099-12-31'), noInvalidDate: true });
    await fc.assert(
      fc.asyncProperty(fc.record({ request, query, keys, at }), async (each) => {
        const signed = sign({ ...each.request, query: encodeQuery(each.query) }, each.keys, each.at);
        expect(signed).toEqual(await signBySdk(each));
      }),
    );
  });
});

interface Case {
  readonly request: Omit<Signable, 'query'>;
  readonly query: Record<string, string>;
  readonly keys: SigningKeys;
  readonly at: Date;
}

async function signBySdk({ request, query, keys, at }: Case): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  const signer = new SignatureV4({ service: 's3', region: 'us-east-1', credentials, sha256: Sha256, uriEscapePath: false });
  const signed = await signer.sign(
    {
      method: request.method,
      protocol: 'https:',
      hostname: 'bucket.s3.example.com',
      path: request.path,
      query,
      headers: { ...request.headers, 'x-amz-content-sha256': request.payloadHash },
    },
    { signingDate: at },
  );
  return signed.headers;
}

/** SHA-256 as the SDK wants it. */
class Sha256 {
  #hash: ReturnType<typeof createHash | typeof createHmac>;
  constructor(secret?: unknown) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as Buffer);
  }
  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }
  reset(): void {
    this.#hash = createHash('sha256');
  }
}

describe('encodeKey', () => {
  it('leaves the names of chunks alone, and encodes the colons of times', () => {
    expect(encodeKey('store/.cnt/0a1b/0a1b')).toBe('store/.cnt/0a1b/0a1b');
    expect(encodeKey('store/vm/100/2026-05-01T10:00:00Z/index.json.blob')).toBe(
      'store/vm/100/2026-05-01T10%3A00%3A00Z/index.json.blob',
    );
  });

  it('encodes each byte of UTF-8 that is none of the unreserved characters or a slash', () => {
    const model = (key: string): string =>
      [...Buffer.from(key)]
        .map((byte) => {
          const character = String.fromCharCode(byte);
          return /[A-Za-z0-9\-._~/]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
        })
        .join('');
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from("a%/+ !'()*~:@&=$,;?#é")) }),
    );
    fc.assert(fc.property(key, (each) => encodeKey(each) === model(each)));
  });
});
