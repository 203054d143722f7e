import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_CHUNK_BYTES, MAX_STORED_CHUNK_BYTES, crc32OfChunk, verifyChunk } from '../../../lib/layouts/pbs/chunk.ts';
import { deriveCryptKey, keyedDigest } from '../../../lib/layouts/pbs/crypt-key.ts';
import { encodeBlob, encryptBlob } from '../../../lib/layouts/pbs/data-blob.ts';
import { expectSameOrRefused } from './damage.ts';

const key = deriveCryptKey(Buffer.alloc(32, 1));
const title = 'chunk of root.pxar.didx';
const content = Buffer.from('some content, some content, some content, some content');
const digest = createHash('sha256').update(content).digest();
const plain = { digest, size: content.length, encrypted: false };
const encrypted = { digest: keyedDigest(content, key), size: content.length, encrypted: true };

function refused(code: string): unknown {
  return expect.objectContaining({
    name: 'DataError',
    code,
    message: expect.stringMatching(/^chunk of root\.pxar\.didx: /) as unknown,
  });
}

describe('verifyChunk', () => {
  it('accepts every stored form of a content', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9000, max: 7 }), fc.boolean(), (bytes, compress) => {
        const data = Buffer.from(bytes);
        const expected = { digest: createHash('sha256').update(data).digest(), size: data.length };
        verifyChunk(encodeBlob(data, { compress }), { ...expected, encrypted: false }, title);
        verifyChunk(encryptBlob(data, key, { compress }), { ...expected, encrypted: true }, title);
      }),
    );
  });

  it('accepts the largest chunk there is, and refuses one byte more', () => {
    const largest = Buffer.alloc(MAX_CHUNK_BYTES + 1, 'x');
    for (const compress of [true, false]) {
      const data = largest.subarray(1);
      const expected = { digest: createHash('sha256').update(data).digest(), size: data.length, encrypted: false };
      verifyChunk(encodeBlob(data, { compress }), expected, title);
      const tooLarge = encodeBlob(largest, { compress });
      expect(() => verifyChunk(tooLarge, { ...expected, size: largest.length }, title)).toThrow(refused('BLOB_TOO_LARGE'));
    }
    const stored = Buffer.alloc(MAX_STORED_CHUNK_BYTES + 1);
    expect(() => verifyChunk(stored, plain, title)).toThrow(refused('BLOB_TOO_LARGE'));
  });

  it('refuses another content under the name, giving the digest', () => {
    const other = encodeBlob(Buffer.from(content.toString().toUpperCase()));
    expect(() => verifyChunk(other, plain, title)).toThrow(refused('CHUNK_DIGEST_MISMATCH'));
    expect(() => verifyChunk(other, plain, title)).toThrow(
      expect.objectContaining({ context: { digest: digest.toString('hex') } }),
    );
  });

  it('looks no further than the CRC when that is all it was asked for', () => {
    const expected = { ...plain, verify: 'crc' } as const;
    const other = Buffer.from(content.toString().toUpperCase());
    verifyChunk(encodeBlob(other), expected, title);
    verifyChunk(encodeBlob(other, { compress: false }), expected, title);
    const damaged = encodeBlob(content);
    damaged.writeUInt8(damaged.readUInt8(20) ^ 1, 20);
    expect(() => verifyChunk(damaged, expected, title)).toThrow(refused('BLOB_CRC_MISMATCH'));
    expect(() => verifyChunk(encodeBlob(content, { compress: false }), { ...expected, size: 1 }, title)).toThrow(
      refused('CHUNK_SIZE_MISMATCH'),
    );
    expect(() => verifyChunk(encryptBlob(content, key), expected, title)).toThrow(refused('CHUNK_CRYPT_MODE_MISMATCH'));
  });

  it.each([content.length - 1, content.length + 1, 1])('refuses a content that the index says has %i bytes', (size) => {
    const blob = encodeBlob(content, { compress: false });
    expect(() => verifyChunk(blob, { ...plain, size }, title)).toThrow(refused('CHUNK_SIZE_MISMATCH'));
    expect(() => verifyChunk(encodeBlob(content), { ...plain, size }, title)).toThrow(refused('CHUNK_SIZE_MISMATCH'));
    const sealed = encryptBlob(content, key, { compress: false });
    expect(() => verifyChunk(sealed, { ...encrypted, size }, title)).toThrow(refused('CHUNK_SIZE_MISMATCH'));
  });

  it('refuses a chunk that is encrypted where its archive is not, and the other way round', () => {
    expect(() => verifyChunk(encryptBlob(content, key), plain, title)).toThrow(refused('CHUNK_CRYPT_MODE_MISMATCH'));
    expect(() => verifyChunk(encodeBlob(content), encrypted, title)).toThrow(refused('CHUNK_CRYPT_MODE_MISMATCH'));
  });

  it('accepts a damaged plain chunk only where the damage changes nothing', () => {
    for (const compress of [true, false]) {
      const codes = expectSameOrRefused(encodeBlob(content, { compress }), title, (bytes) => verifyChunk(bytes, plain, title));
      expect([...codes].sort()).toEqual(['BLOB_CRC_MISMATCH', 'BLOB_MAGIC_UNKNOWN', 'BLOB_TOO_SHORT']);
    }
  });

  it('finds every damage of what the CRC of an encrypted chunk covers', () => {
    const blob = encryptBlob(content, key);
    for (let at = 44; at < blob.length; at++) {
      const damaged = Buffer.from(blob);
      damaged[at]! ^= 1;
      expect(() => verifyChunk(damaged, encrypted, title)).toThrow(refused('BLOB_CRC_MISMATCH'));
    }
  });
});

describe('crc32OfChunk', () => {
  it('is the CRC-32 of every stored form of a content, without reading it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 9000, max: 7 }), fc.boolean(), (bytes, compress) => {
        for (const stored of [encodeBlob(Buffer.from(bytes), { compress }), encryptBlob(Buffer.from(bytes), key, { compress })])
          expect(crc32OfChunk(stored)).toBe(crc32(stored));
      }),
    );
  });
});
