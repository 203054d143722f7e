import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestKey, suggestKey } from '../../lib/config/nearest-key.ts';

const KEYS = ['worker-threads', 'transfers-in-flight', 'transfer-mode', 'remove-vanished', 'namespace', 'target-namespace'];

/** The definition of optimal string alignment, as it stands in textbooks. */
function modelDistance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restA, restB] = [a.slice(0, -1), b.slice(0, -1)];
  const same = a.at(-1) === b.at(-1) ? 0 : 1;
  const options = [modelDistance(restA, b) + 1, modelDistance(a, restB) + 1, modelDistance(restA, restB) + same];
  const swapped = a.length > 1 && b.length > 1 && a.at(-1) === b.at(-2) && a.at(-2) === b.at(-1);
  if (swapped) options.push(modelDistance(a.slice(0, -2), b.slice(0, -2)) + 1);
  return Math.min(...options);
}

describe('editDistance', () => {
  it('counts inserted, deleted, replaced and swapped letters as its definition does', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '-'), maxLength: 5 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(modelDistance(a, b));
      }),
    );
  });
});

describe('nearestKey', () => {
  it('finds a key with one slip in it', () => {
    const slip = fc.constantFrom('delete', 'insert', 'replace', 'swap');
    fc.assert(
      fc.property(fc.constantFrom(...KEYS), slip, fc.nat(), (key, kind, seed) => {
        const at = seed % (key.length - 1);
        const slipped = {
          delete: key.slice(0, at) + key.slice(at + 1),
          insert: `${key.slice(0, at)}x${key.slice(at)}`,
          replace: `${key.slice(0, at)}x${key.slice(at + 1)}`,
          swap: key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2),
        }[kind];
        expect(nearestKey(slipped, KEYS)).toBe(key);
      }),
    );
  });

  it.each(['workerThreads', 'worker_threads', 'Worker-Threads', 'WORKER_THREADS', 'threads'])(
    'reads %s as worker-threads',
    (word) => {
      expect(nearestKey(word, KEYS)).toBe('worker-threads');
    },
  );

  it.each(['schedule', 'x', '', 'no'])('finds nothing near "%s"', (word) => {
    expect(nearestKey(word, KEYS)).toBeUndefined();
  });

  it('finds nothing where nothing is known', () => {
    expect(nearestKey('id', [])).toBeUndefined();
  });
});

describe('suggestKey', () => {
  it('asks for the near key', () => {
    expect(suggestKey('remove-vanish', KEYS)).toBe('did you mean remove-vanished?');
  });

  it('lists what is known when nothing is near', () => {
    expect(suggestKey('colour', ['id', 'layout'])).toBe('known here: id, layout');
    expect(suggestKey('colour', [])).toBe('none is known here');
  });
});
