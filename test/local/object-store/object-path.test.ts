import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  besideName,
  fileToComponent,
  fits,
  keyToNames,
  nameToComponent,
  requireStorable,
} from '../../../lib/local/object-store/object-path.ts';

/** Keys made of what is odd in a path, and of our own marks. */
const oddKey = fc
  .array(fc.constantFrom('', '.', '..', 'a', 'b c', '%', '%~', '%@', '%~a', '%25', '%2E', '\0', '~', 'ü😀', '...', '.x'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((names) => names.join('/'));
const anyKey = fc.oneof(oddKey, fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }));

describe('keyToNames', () => {
  it.each([
    ['main/.chunks/08dc/08dc05', ['main', '.chunks', '08dc', '08dc05']],
    ['ns/2025-11-04T08:00:00Z/index.json.blob', ['ns', '2025-11-04T08:00:00Z', 'index.json.blob']],
    ['100%/a%20b', ['100%', 'a%20b']],
  ])('keeps %s as the plain path', (key, names) => {
    expect(keyToNames(key)).toEqual(names);
  });

  it.each([
    ['../../etc/passwd', ['%~%2E%2E', '%~%2E%2E', 'etc', 'passwd']],
    ['/absolute', ['%~', 'absolute']],
    ['folder/', ['folder', '%~']],
    ['a/./b', ['a', '%~%2E', 'b']],
    ['%~mine', ['%~%25~mine']],
    ['nul\0', ['%~nul%00']],
  ])('escapes in %j what cannot be a name', (key, names) => {
    expect(keyToNames(key)).toEqual(names);
  });

  it('gives names that a file system can hold and that stay below their folder', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        for (const name of keyToNames(key)) {
          expect(['', '.', '..']).not.toContain(name);
          expect(name).not.toMatch(/[/\0]/);
        }
      }),
    );
  });

  it('gives names from which the key can be told again', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const names = keyToNames(key);
        const last = names.at(-1) ?? '';
        const folders = names.slice(0, -1).map(nameToComponent);
        expect([...folders, fileToComponent(last)].join('/')).toBe(key);
        expect([...folders, fileToComponent(besideName(last))].join('/')).toBe(key);
      }),
    );
  });

  it('takes no file for a key that would be stored under another name', () => {
    expect(['%~plain', '%~%2e', '%~%41'].map(fileToComponent)).toEqual([undefined, undefined, undefined]);
    expect(nameToComponent('%@folder')).toBeUndefined();
  });
});

describe('requireStorable', () => {
  it('refuses names of more than 255 bytes and keys of more than 1,024', () => {
    const long = [`a/${'x'.repeat(256)}`, 'ü'.repeat(128), 'x/'.repeat(513)];
    for (const key of long)
      expect(() => requireStorable(key, keyToNames(key))).toThrow(expect.objectContaining({ code: 'KeyTooLongError' }));
    expect(fits(keyToNames('ü'.repeat(128)))).toBe(false);
    expect(() => requireStorable('x'.repeat(255), ['x'.repeat(255)])).not.toThrow();
  });
});
