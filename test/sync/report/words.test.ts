import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatRate, formatSeconds, plural, sentence } from '../../../lib/sync/report/words.ts';

describe('the words of numbers', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.00 KiB'],
    [15 * 1024, '15.0 KiB'],
    [316 * 1024 ** 2, '316 MiB'],
    [1.5 * 1024 ** 4, '1.50 TiB'],
    [5000 * 1024 ** 5, '5000 PiB'],
  ])('give %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0.0 s'],
    [9.94, '9.9 s'],
    [10.4, '10 s'],
    [59.6, '1 min 0 s'],
    [185, '3 min 5 s'],
    [7800, '2 h 10 min'],
  ])('give %d seconds as %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });

  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
  ])('give the count %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it('say one of a thing and many of it', () => {
    expect([plural(1, 'group'), plural(0, 'group'), plural(2, 'entry', 'entries')]).toEqual(['1 group', '0 groups', '2 entries']);
  });

  it('end a sentence once', () => {
    expect(['all is well', 'Is it?', 'see vm/1.'].map(sentence)).toEqual(['All is well.', 'Is it?', 'See vm/1.']);
  });

  it('give no rate where there is nothing to divide', () => {
    expect([formatRate(0, 5), formatRate(5, 0), formatRate(2048, 2)]).toEqual([undefined, undefined, '1.00 KiB/s']);
  });
});
