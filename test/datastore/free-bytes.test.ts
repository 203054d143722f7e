import { describe, expect, it } from 'vitest';
import { freeBytes } from '../../lib/datastore/free-bytes.ts';

describe('freeBytes', () => {
  it('gives the memory back at once', () => {
    const bytes = Buffer.allocUnsafe(4 * 1024 * 1024);
    freeBytes(bytes);
    expect([bytes.length, bytes.buffer.byteLength]).toEqual([0, 0]);
  });

  it('leaves alone what may share its memory with others', () => {
    const [one, other] = [Buffer.from('one'), Buffer.from('other')];
    freeBytes(one);
    expect([one.toString(), other.toString()]).toEqual(['one', 'other']);
  });

  it('may be called twice', () => {
    const bytes = Buffer.allocUnsafe(4 * 1024 * 1024);
    freeBytes(bytes);
    freeBytes(bytes);
    expect(bytes.length).toBe(0);
  });
});
