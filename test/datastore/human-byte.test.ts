import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatHumanByte, parseHumanByte } from '../../lib/datastore/human-byte.ts';

describe('parseHumanByte', () => {
  it.each<[string | number, number]>([
    ['512', 512],
    ['512 B', 512],
    ['1.5 KiB', 1536],
    ['1.5kib', 1536],
    ['1.5K', 1500],
    ['.5k', 500],
    ['1.001 kB', 1001],
    ['20MiB', 20 * 1024 ** 2],
    ['20 mb', 20_000_000],
    ['20 Mb', 20_000_000],
    ['1g', 1e9],
    ['2 TiB', 2 * 1024 ** 4],
    ['3p', 3e15],
    ['1e3', 1000],
    ['1.1e3 k', 1_100_000],
    ['1.9', 1],
    [4096, 4096],
    [1.9, 1],
  ])('reads %s as %d bytes', (text, bytes) => {
    expect(parseHumanByte(text)).toEqual({ bytes });
  });

  it.each<[string | number, string]>([
    ['100 Mbit', 'means bits; write bytes, an eighth of it: 12.5 MB'],
    ['100Mbit/s', 'means bits; write bytes, an eighth of it: 12.5 MB'],
    ['100 mbps', 'means bits; write bytes, an eighth of it: 12.5 MB'],
    ['1 Gb/s', 'means bits; write bytes, an eighth of it: 0.125 GB'],
    ['8 Mibits', 'means bits; write bytes, an eighth of it: 1 MiB'],
    ['100 bps', 'means bits; write bytes, an eighth of it: 12.5 B'],
    ['100 MB/s', 'is per second already; write it without /s'],
    ['100MiB/sec', 'is per second already; write it without /sec'],
    ['0', 'is less than a byte; leave the key out for no limit'],
    ['0.4 B', 'is less than a byte; leave the key out for no limit'],
    [0, 'is less than a byte; leave the key out for no limit'],
    [-1, 'is negative; leave the key out for no limit'],
    ['10 P', 'is no number of bytes that can be counted; leave the key out for no limit'],
    ['1e999', 'is no number of bytes that can be counted; leave the key out for no limit'],
    [Infinity, 'is no number of bytes that can be counted; leave the key out for no limit'],
  ])('refuses %s', (text, problem) => {
    expect(parseHumanByte(text)).toEqual({ problem });
  });

  it.each(['', 'ten', '-1', '1,5 MB', ' 1', '1  k', '1 EB', '1 kk', 'k', '.', '1 ki b', '0x10', `1${'0'.repeat(64)}`])(
    'refuses %j',
    (text) => {
      const problem = 'is no number of bytes; write it as 20 MiB, 1.5 GB or a number of bytes';
      expect(parseHumanByte(text)).toEqual({ problem });
    },
  );

  it('reads any case, with or without the blank and the B', () => {
    const spelling = fc.record({
      number: fc.integer({ min: 1, max: 8000 }),
      unit: fc.constantFrom('', 'k', 'm', 'g', 't'),
      binary: fc.boolean(),
      upper: fc.boolean(),
      blank: fc.constantFrom('', ' '),
      end: fc.constantFrom('', 'B'),
    });
    fc.assert(
      fc.property(spelling, ({ number, unit, binary, upper, blank, end }) => {
        const base = binary && unit !== '' ? 1024n : 1000n;
        const wanted = BigInt(number) * base ** BigInt('kmgt'.indexOf(unit === '' ? '-' : unit) + 1);
        const text = `${number}${blank}${unit}${binary && unit !== '' ? 'i' : ''}${end}`;
        expect(parseHumanByte(upper ? text.toUpperCase() : text)).toEqual({ bytes: Number(wanted) });
      }),
    );
  });
});

describe('formatHumanByte', () => {
  it.each([
    [1, '1 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [20 * 1024 ** 2, '20 MiB'],
    [1024 ** 3 - 1, '1 GiB'],
    [1_000_000, '976.563 KiB'],
    [Number.MAX_SAFE_INTEGER, '8 PiB'],
    [0, '0 B'],
    [2 ** 61, '2048 PiB'],
  ])('prints %d as %s', (bytes, text) => {
    expect(formatHumanByte(bytes)).toBe(text);
  });

  it('prints what is read again as the same, to three decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER - 1024 ** 5 }), (bytes) => {
        const again = parseHumanByte(formatHumanByte(bytes));
        expect('bytes' in again && Math.abs(again.bytes - bytes) <= bytes * 0.0006).toBe(true);
      }),
    );
  });
});
