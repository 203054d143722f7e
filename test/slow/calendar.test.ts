import { test } from 'vitest';
import { expectNextTimes } from '../calendar/expect-next-times.ts';

test('many next times are those that a search second by second finds', () => {
  expectNextTimes(1500);
});
