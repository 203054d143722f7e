import { scryptSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authTag, deriveCryptKey, keyedDigest, parseKeyFile } from '../../../lib/layouts/pbs/crypt-key.ts';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const fingerprint = '0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b';

describe('deriveCryptKey', () => {
  const key = deriveCryptKey(bytes);

  it('gives the id key and the fingerprint that PBS gives', () => {
    expect(key.idKey.toString('hex')).toBe('7c2c013efd07f3b25717a485263343cd4d292a4b65c200bb3b18ea227abe225c');
    expect(key.fingerprint).toBe(fingerprint);
  });

  it('names chunks as PBS does', () => {
    expect(keyedDigest(Buffer.from('hello'), key).toString('hex')).toBe(
      'e34178a27b992c4a218599bf7f43ed50bc464a03d624d9092306fe2ed74d557e',
    );
    expect(keyedDigest(Buffer.alloc(4 * 1024 * 1024), key).toString('hex')).toBe(
      '348571e12bbbedb529def1f1394316e338a01945d871df9ef792617ceb13d636',
    );
  });

  it('depends on every byte of the key', () => {
    const other = deriveCryptKey(scryptSync('test', '', 32));
    expect(other.fingerprint).not.toBe(fingerprint);
    expect(authTag('text', other)).not.toEqual(authTag('text', key));
  });

  it('takes 32 bytes only', () => {
    expect(() => deriveCryptKey(bytes.subarray(1))).toThrow(RangeError);
  });
});

describe('parseKeyFile', () => {
  const file = {
    kdf: null,
    created: '2026-11-21T08:50:55+00:00',
    modified: '2026-11-21T08:50:55+00:00',
    data: bytes.toString('base64'),
  };

  it('reads a key without a passphrase, with and without its fingerprint', () => {
    expect(parseKeyFile(JSON.stringify(file), 'key.json').fingerprint).toBe(fingerprint);
    expect(parseKeyFile(JSON.stringify({ ...file, fingerprint, hint: 'x' }), 'key.json').encryptionKey).toEqual(bytes);
  });

  it.each([
    ['no JSON', '{'],
    ['no key file', '[]'],
    ['a passphrase', JSON.stringify({ ...file, kdf: { Scrypt: { n: 65536, r: 8, p: 1, salt: '' } } })],
    ['too few bytes', JSON.stringify({ ...file, data: 'AAAA' })],
    ['bad base64', JSON.stringify({ ...file, data: '!' })],
    ["another key's fingerprint", JSON.stringify({ ...file, fingerprint: fingerprint.replace('0e', '0f') })],
  ])('refuses %s', (_what, text) => {
    expect(() => parseKeyFile(text, 'key.json')).toThrow(
      expect.objectContaining({ code: 'KEY_FILE_INVALID', message: expect.stringMatching(/^key\.json: /) as unknown }),
    );
  });
});
