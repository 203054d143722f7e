import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleBlob, blobMagic } from '../../../lib/layouts/pbs/blob-format.ts';
import { deriveCryptKey } from '../../../lib/layouts/pbs/crypt-key.ts';
import { decodeBlob, decryptBlob, encodeBlob, encryptBlob, parseBlob, verifyBlob } from '../../../lib/layouts/pbs/data-blob.ts';
import { expectSameOrRefused } from './damage.ts';

const key = deriveCryptKey(Buffer.from(Array.from({ length: 32 }, (_, index) => index)));
const otherKey = deriveCryptKey(Buffer.alloc(32));
const hello = Buffer.from('hello');
const text = Buffer.from('the same again and again, '.repeat(20));
const iv = Buffer.alloc(16, 7);

function refused(code: string): unknown {
  return expect.objectContaining({ name: 'DataError', code, message: expect.stringMatching(/^a\.blob: /) as unknown });
}

describe('encodeBlob', () => {
  it('writes what PBS writes', () => {
    const blob = encodeBlob(hello, { compress: false });
    expect(blob.toString('hex')).toBe('42ab3807be8370a186a6103668656c6c6f');
    expect(encodeBlob(hello)).toEqual(blob); // zstd would make it longer
    expect(encodeBlob(text).subarray(0, 8).toString('hex')).toBe('31b958426fb6a37f');
    expect(encodeBlob(text).length).toBeLessThan(text.length);
  });

  it('takes a compressed form that is no longer than the content, and no other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, max: 3 }), (bytes) => {
        const data = Buffer.from(bytes);
        const frame = zstdCompressSync(data, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
        expect(parseBlob(encodeBlob(data), 'a.blob').compressed).toBe(frame.length <= data.length);
      }),
    );
  });

  it('refuses what the encoder of PBS refuses', () => {
    expect(() => encodeBlob(Buffer.alloc(128 * 1024 * 1024 + 1))).toThrow(RangeError);
  });
});

describe('encryptBlob', () => {
  it('writes what PBS writes', () => {
    const blob = encryptBlob(hello, key, { compress: false, iv });
    const expected = `7b6785be222d4cf0b43cbb61${'07'.repeat(16)}3f80abc4e563bffffe3ef50537d7f9bea00db79a97`;
    expect(blob.toString('hex')).toBe(expected);
    expect(encryptBlob(text, key, { iv }).subarray(0, 8).toString('hex')).toBe('e6591bbf0bbfd80b');
  });

  it('takes another IV each time, of 16 bytes', () => {
    expect(encryptBlob(hello, key)).not.toEqual(encryptBlob(hello, key));
    expect(() => encryptBlob(hello, key, { iv: Buffer.alloc(12) })).toThrow(RangeError);
  });
});

describe('decodeBlob and decryptBlob', () => {
  it('give back what went in', () => {
    const content = fc.oneof(fc.uint8Array({ maxLength: 5000 }), fc.uint8Array({ maxLength: 5000, max: 1 }));
    fc.assert(
      fc.property(content, fc.boolean(), (bytes, compress) => {
        const data = Buffer.from(bytes);
        expect(decodeBlob(encodeBlob(data, { compress }), 'a.blob', data.length).equals(data)).toBe(true);
        expect(decryptBlob(encryptBlob(data, key, { compress }), key, 'a.blob', data.length).equals(data)).toBe(true);
      }),
    );
  });

  it('never give the wrong kind', () => {
    expect(() => decodeBlob(encryptBlob(hello, key), 'a.blob', 100)).toThrow(refused('BLOB_ENCRYPTED'));
    expect(() => decryptBlob(encodeBlob(hello), key, 'a.blob', 100)).toThrow(refused('BLOB_NOT_ENCRYPTED'));
    expect(() => decryptBlob(encryptBlob(hello, otherKey), key, 'a.blob', 100)).toThrow(refused('BLOB_UNDECODABLE'));
  });

  it('hold to the limit, however small what expands is', () => {
    const bomb = Buffer.alloc(50_000_000);
    for (const compress of [true, false]) {
      expect(() => decodeBlob(encodeBlob(bomb, { compress }), 'a.blob', bomb.length - 1)).toThrow(refused('BLOB_TOO_LARGE'));
    }
    expect(() => decryptBlob(encryptBlob(bomb, key), key, 'a.blob', 1000)).toThrow(refused('BLOB_TOO_LARGE'));
  });
});

describe('zstd streams', () => {
  const magic = blobMagic(false, true);
  const frame = zstdCompressSync(text);

  it('may have several frames', () => {
    const blob = assembleBlob(magic, Buffer.concat([frame, frame]));
    expect(decodeBlob(blob, 'a.blob', 2 * text.length)).toEqual(Buffer.concat([text, text]));
    for (const tooFew of [2 * text.length - 1, text.length, 1]) {
      expect(() => decodeBlob(blob, 'a.blob', tooFew)).toThrow(refused('BLOB_TOO_LARGE'));
    }
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half a frame', frame.subarray(0, 20)],
    ['garbage', Buffer.from('no zstd at all')],
    ['a frame and garbage', Buffer.concat([frame, Buffer.from('garbage')])],
    ['a frame and half a one', Buffer.concat([frame, frame.subarray(0, 20)])],
  ])('of %s are refused, though their CRC is right', (_what, stream) => {
    expect(() => decodeBlob(assembleBlob(magic, stream), 'a.blob', 1e6)).toThrow(refused('BLOB_UNDECODABLE'));
  });

  it('of frames without end are refused', () => {
    const empty = Buffer.from('28b52ffd2000010000', 'hex');
    const blob = assembleBlob(magic, Buffer.concat(Array.from({ length: 5000 }, () => empty)));
    expect(() => decodeBlob(blob, 'a.blob', 1e6)).toThrow(refused('BLOB_TOO_LARGE'));
  });
});

describe('verifyBlob', () => {
  it('tells the kind', () => {
    expect(verifyBlob(encodeBlob(hello), 'a.blob')).toEqual({
      encrypted: false,
      compressed: false,
      crc: 0x3610a686,
      headerBytes: 12,
    });
    expect(verifyBlob(encryptBlob(text, key), 'a.blob')).toMatchObject({ encrypted: true, compressed: true, headerBytes: 44 });
  });

  it('refuses what is no blob', () => {
    expect(() => verifyBlob(Buffer.alloc(0), 'a.blob')).toThrow(refused('BLOB_TOO_SHORT'));
    expect(() => verifyBlob(encryptBlob(hello, key).subarray(0, 43), 'a.blob')).toThrow(refused('BLOB_TOO_SHORT'));
    expect(() => verifyBlob(Buffer.alloc(20), 'a.blob')).toThrow(refused('BLOB_MAGIC_UNKNOWN'));
    expect(() => verifyBlob(Buffer.concat([encodeBlob(hello), hello]), 'a.blob')).toThrow(refused('BLOB_CRC_MISMATCH'));
  });
});

describe('a damaged blob', () => {
  it.each([true, false])('reads as before or is refused by name, plain (compressed: %s)', (compress) => {
    const codes = expectSameOrRefused(encodeBlob(text, { compress }), 'a.blob', (bytes) =>
      decodeBlob(bytes, 'a.blob', 1e6).toString(),
    );
    expect([...codes].sort()).toEqual(['BLOB_CRC_MISMATCH', 'BLOB_MAGIC_UNKNOWN', 'BLOB_TOO_SHORT']);
  });

  it.each([true, false])('reads as before or is refused by name, encrypted (compressed: %s)', (compress) => {
    const blob = encryptBlob(text, key, { compress, iv });
    const codes = expectSameOrRefused(blob, 'a.blob', (bytes) => decryptBlob(bytes, key, 'a.blob', 1e6).toString());
    expect([...codes].sort()).toEqual(['BLOB_CRC_MISMATCH', 'BLOB_MAGIC_UNKNOWN', 'BLOB_TOO_SHORT', 'BLOB_UNDECODABLE']);
  });

  it('is never decoded to something else, whatever its CRC says', () => {
    const payload = zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
    const magic = blobMagic(false, true);
    const read = (stream: Buffer): string => decodeBlob(assembleBlob(magic, stream), 'a.blob', 1e6).toString();
    const codes = expectSameOrRefused(payload, 'a.blob', read);
    expect(codes).toContain('BLOB_UNDECODABLE');
  });
});
