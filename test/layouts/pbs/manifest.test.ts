import { scryptSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deriveCryptKey } from '../../../lib/layouts/pbs/crypt-key.ts';
import { decodeBlob, encodeBlob, encryptBlob } from '../../../lib/layouts/pbs/data-blob.ts';
import {
  canonicalJson,
  encodeManifest,
  isSignedBy,
  keyFingerprint,
  notes,
  parseManifest,
  signManifest,
  verifyState,
} from '../../../lib/layouts/pbs/manifest.ts';
import { expectSameOrRefused } from './damage.ts';
import type { ManifestContent } from '../../../lib/layouts/pbs/manifest.ts';

const title = 'manifest of host/elsa';
const key = deriveCryptKey(scryptSync('test', '', 32, { N: 65536, r: 8, p: 1, maxmem: 128 * 65536 * 8 * 2 }));
const elsa: ManifestContent = {
  type: 'host',
  id: 'elsa',
  time: 1593179765,
  files: [
    { name: 'test1.img.fidx', cryptMode: 'encrypt', checksum: '01'.repeat(32), size: 200 },
    { name: 'abc.blob', cryptMode: 'none', checksum: '02'.repeat(32), size: 200 },
  ],
  unprotected: {},
};
const file = { filename: 'a.blob', 'crypt-mode': 'none', csum: '0a'.repeat(32), size: 7 };
const document = {
  'backup-type': 'vm',
  'backup-id': '100',
  'backup-time': 1762000000,
  files: [file],
  signature: null,
  unprotected: {},
};

function parseJson(json: unknown) {
  return parseManifest(encodeBlob(Buffer.from(JSON.stringify(json))), title);
}

function parseText(text: string | Buffer) {
  return parseManifest(encodeBlob(Buffer.from(text)), title);
}

function refused(code: string, message = /^manifest of host\/elsa: /): unknown {
  return expect.objectContaining({ name: 'DataError', code, message: expect.stringMatching(message) as unknown });
}

describe('signManifest', () => {
  it('signs as PBS does', () => {
    expect(key.encryptionKey.toString('hex')).toBe('28cdb1a3bef39396c3860e00d448fe7a0efd8244486ab6feb30457681d31597e');
    const signed = signManifest(elsa, key);
    expect(signed.signature).toBe('d7b446fb7db081662081d4b40fedd858a1d6307a5aff4ecff7d5bf4fd35679e9');
    const read = parseManifest(encodeManifest(signed), title);
    expect(read.signedPart()).toMatch(
      /^\{"backup-id":"elsa","backup-time":1593179765,"backup-type":"host","files":\[\{"crypt-mode":"encrypt","csum":"0101/,
    );
    expect(isSignedBy(read, key)).toBe(true);
    expect(keyFingerprint(read)).toBe(key.fingerprint);
  });

  it('is proven only by the same key over the same content', () => {
    const signed = signManifest(elsa, key);
    const other = parseManifest(encodeManifest({ ...signed, time: elsa.time + 1 }), title);
    expect(isSignedBy(other, key)).toBe(false);
    expect(isSignedBy(parseManifest(encodeManifest(signed), title), deriveCryptKey(Buffer.alloc(32)))).toBe(false);
    expect(isSignedBy(parseManifest(encodeManifest(elsa), title), key)).toBe(false);
  });

  it('leaves out what PBS edits later', () => {
    const signed = signManifest(elsa, key);
    const edited = {
      ...signed,
      unprotected: { ...signed.unprotected, notes: 'kept', verify_state: { state: 'ok', upid: 'UPID:' } },
    };
    expect(isSignedBy(parseManifest(encodeManifest(edited), title), key)).toBe(true);
  });

  it('covers what only a newer PBS knows', () => {
    expect(parseJson({ ...document, 'a-new-key': ['x'] }).signedPart()).toContain('"a-new-key":["x"]');
  });
});

describe('canonicalJson', () => {
  it('sorts keys by their bytes and escapes as serde does', () => {
    const value = { b: [1, true, { d: 'x', c: '"\\\b\f\n\r\t\u0001\u007f\u2028/é' }], '\u{ffff}': 1, '\u{10000}': 2, a: {} };
    const escaped = String.raw`"\"\\\b\f\n\r\t\u0001` + '\u007f\u2028/é"';
    expect(canonicalJson(value)).toBe(`{"a":{},"b":[1,true,{"c":${escaped},"d":"x"}],"\u{ffff}":1,"\u{10000}":2}`);
  });

  it.each([[null], [1.5], [2 ** 53], [-0], [{ a: [null] }]])('has no text for %j', (value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }));
  });

  it('does not follow what is nested without end', () => {
    const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
    expect(() => canonicalJson(deep)).toThrow(expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }));
  });
});

describe('parseManifest', () => {
  const names = fc.uniqueArray(fc.constantFrom('a.fidx', 'b.didx', 'c d.blob', 'é.fidx', '__proto__.blob', 'client.log.blob'));
  const contents = names.chain((list) =>
    fc.record({
      type: fc.constantFrom('ct' as const, 'host' as const, 'vm' as const),
      id: fc.constantFrom('1', 'web01', '_x.y-z'),
      time: fc.integer({ min: 1, max: 2 ** 40 }),
      files: fc.tuple(
        ...list.map((name) =>
          fc.record({
            name: fc.constant(name),
            cryptMode: fc.constantFrom('none' as const, 'encrypt' as const, 'sign-only' as const),
            checksum: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex')),
            size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
          }),
        ),
      ),
      unprotected: fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ noUnicodeString: false })),
    }),
  );

  it('reads what encodeManifest wrote', () => {
    fc.assert(
      fc.property(contents, ({ unprotected, ...content }) => {
        const free = Object.fromEntries(Object.entries(unprotected).filter(([name]) => name !== 'key-fingerprint'));
        const read = parseManifest(encodeManifest({ ...content, unprotected: free }), title);
        expect(read.files).toMatchObject(content.files);
        expect(read.unprotected).toEqual(JSON.parse(JSON.stringify(free)));
        expect(read).toMatchObject({ type: content.type, id: content.id, time: content.time });
        expect(read.signedPart()).not.toContain('unprotected');
      }),
    );
  });

  it('reads the manifests of versions before 0.8', () => {
    const old = { ...document, files: [{ ...file, 'crypt-mode': undefined }], signature: undefined, unprotected: undefined };
    const manifest = parseJson(old);
    expect(manifest).toMatchObject({ files: [{ name: 'a.blob', kind: 'blob', cryptMode: 'none' }], unprotected: {} });
    expect(manifest.signature).toBeUndefined();
  });

  it('tells what PBS and people noted', () => {
    const upid = 'UPID:x';
    expect(verifyState(parseJson({ ...document, unprotected: { verify_state: { upid, state: 'failed' } } }))).toBe('failed');
    expect(verifyState(parseJson({ ...document, unprotected: { verify_state: { upid, state: 'odd' } } }))).toBeUndefined();
    expect(verifyState(parseJson(document))).toBeUndefined();
    expect(notes(parseJson({ ...document, unprotected: { notes: 'one\ntwo' } }))).toBe('one\ntwo');
    expect(notes(parseJson({ ...document, unprotected: null }))).toBeUndefined();
    const fingerprint = Array.from({ length: 32 }, () => 'AB').join(':');
    expect(keyFingerprint(parseJson({ ...document, unprotected: { 'key-fingerprint': fingerprint } }))).toBe(
      fingerprint.toLowerCase(),
    );
    expect(keyFingerprint(parseJson({ ...document, unprotected: { 'key-fingerprint': null } }))).toBeUndefined();
  });

  it.each([
    ['../a.blob'],
    ['a/b.blob'],
    ['/a.blob'],
    ['..'],
    ['index.json.blob'],
    ['owner'],
    ['.protected'],
    ['a.idx'],
    ['a\0.blob'],
    [''],
    [7],
  ])('refuses a file that is called %j', (filename) => {
    expect(() => parseJson({ ...document, files: [{ ...file, filename }] })).toThrow(
      refused('MANIFEST_INVALID', /^manifest of host\/elsa: files\.0\.filename/),
    );
  });

  it.each<[string, unknown]>([
    ['a file twice', { ...document, files: [file, file] }],
    ['no files', { ...document, files: undefined }],
    ['a negative size', { ...document, files: [{ ...file, size: -1 }] }],
    ['a fraction of a byte', { ...document, files: [{ ...file, size: 1.5 }] }],
    ['a size beyond all numbers', { ...document, files: [{ ...file, size: 2 ** 53 }] }],
    ['a short checksum', { ...document, files: [{ ...file, csum: '00' }] }],
    ['an unknown crypt mode', { ...document, files: [{ ...file, 'crypt-mode': 'rot13' }] }],
    ['an unknown type', { ...document, 'backup-type': 'lxc' }],
    ['a bad id', { ...document, 'backup-id': '../1' }],
    ['no time', { ...document, 'backup-time': 0 }],
    ['a bad signature', { ...document, signature: 'x' }],
    ['a bad fingerprint', { ...document, unprotected: { 'key-fingerprint': 'aa:bb' } }],
    ['a list', [document]],
    ['null', null],
  ])('refuses %s', (_what, json) => {
    expect(() => parseJson(json)).toThrow(refused('MANIFEST_INVALID'));
  });

  it('names every fault in one message', () => {
    const faulty = { ...document, 'backup-type': 'lxc', files: [{ ...file, filename: '../x.blob', csum: '00' }] };
    const message = /backup-type "lxc": .*; files\.0\.filename "\.\.\/x\.blob": .*; files\.0\.csum "00": /;
    expect(() => parseJson(faulty)).toThrow(refused('MANIFEST_INVALID', message));
  });

  it('refuses what is no JSON, no UTF-8, encrypted, or far too large', () => {
    expect(() => parseText('{')).toThrow(refused('MANIFEST_INVALID'));
    expect(() => parseText(`\u{feff}${JSON.stringify(document)}`)).toThrow(refused('MANIFEST_INVALID'));
    expect(() => parseText(Buffer.from([0x22, 0xff, 0x22]))).toThrow(refused('MANIFEST_INVALID'));
    expect(() => parseText('['.repeat(200_000) + ']'.repeat(200_000))).toThrow(refused('MANIFEST_INVALID'));
    expect(() => parseManifest(encryptBlob(Buffer.from('{}'), key), title)).toThrow(refused('BLOB_ENCRYPTED'));
    expect(() => parseText(Buffer.alloc(16 * 1024 * 1024 + 1, ' '))).toThrow(refused('BLOB_TOO_LARGE'));
  });

  it('reads a damaged manifest as before or refuses it by name', () => {
    const codes = expectSameOrRefused(encodeManifest(signManifest(elsa, key)), title, (bytes) => parseManifest(bytes, title));
    expect([...codes].sort()).toEqual(['BLOB_CRC_MISMATCH', 'BLOB_MAGIC_UNKNOWN', 'BLOB_TOO_SHORT']);
  });

  it('never fails but by name, whatever a right CRC covers', () => {
    const text = decodeBlob(encodeManifest(elsa), title, 1e6);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.nat(255), (at, byte) => {
        const changed = Buffer.from(text);
        changed[at] = byte;
        try {
          parseText(changed).signedPart();
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^(MANIFEST_INVALID|JSON_NOT_CANONICAL)$/) as unknown });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
