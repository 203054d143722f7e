import { describe, expect, it } from 'vitest';
import { formatOwner, parseOwner } from '../../../lib/layouts/pbs/owner.ts';

describe('parseOwner', () => {
  it.each([
    ['admin@pbs\n', 'admin@pbs'],
    ['robot@pbs!ci\n', 'robot@pbs!ci'],
    ['admin@pbs', 'admin@pbs'],
    ['  admin@pbs \r\nsecond line', 'admin@pbs'],
    ['first.last@example.com@ldap\n', 'first.last@example.com@ldap'],
    ['jürgen@pam', 'jürgen@pam'],
  ])('reads %j', (text, owner) => expect(parseOwner(Buffer.from(text))).toBe(owner));

  it.each([
    '',
    '\nadmin@pbs',
    'admin',
    '@pbs',
    'admin@',
    'a b@pbs',
    'a/b@pbs',
    'a:b@pbs',
    'a\x01b@pbs',
    'a@pbs!',
    'a@pbs!b!c',
    'a@-x',
  ])('finds none in %j', (text) => expect(parseOwner(Buffer.from(text))).toBeUndefined());

  it('finds none in bytes that are no text, nor in a file that is far too long', () => {
    expect(parseOwner(Buffer.from([0xff, 0xfe, 0x40, 0x70]))).toBeUndefined();
    expect(parseOwner(Buffer.alloc(1_000_000, 'a@'))).toBeUndefined();
  });

  it('reads what formatOwner writes', () => {
    expect(formatOwner('admin@pbs').toString()).toBe('admin@pbs\n');
    expect(parseOwner(formatOwner('robot@pbs!ci'))).toBe('robot@pbs!ci');
  });
});
