import { describe, expect, it } from 'vitest';
import { leftOut } from '../../lib/sync/left-out.ts';

describe('what is left out of a group', () => {
  it('is told by reason, each with its count, its first and its last snapshot', () => {
    const left = leftOut();
    left.add('vanished', 'a');
    left.add('unreadable', 'b');
    left.add('vanished', 'c');
    expect(left.list()).toEqual([
      { reason: 'vanished', count: 2, first: 'a', last: 'c' },
      { reason: 'unreadable', count: 1, first: 'b', last: 'b' },
    ]);
  });

  it('goes on from what was left out before, and counts a reason once though it was told twice', () => {
    const left = leftOut([
      { reason: 'vanished', count: 2, first: 'a', last: 'c' },
      { reason: 'vanished', count: 3, first: 'd', last: 'f' },
    ]);
    left.add('vanished', 'g');
    expect(left.list()).toEqual([{ reason: 'vanished', count: 6, first: 'a', last: 'g' }]);
  });
});
