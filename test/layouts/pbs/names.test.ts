import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archiveKind,
  compareGroups,
  formatSnapshotTime,
  isArchiveName,
  isNamespace,
  isSnapshotFileName,
  isSnapshotName,
  namespaceComponents,
  parseGroupName,
  parseNamespace,
  parseSnapshotTime,
} from '../../../lib/layouts/pbs/names.ts';

describe('parseGroupName', () => {
  it('reads type and id', () => {
    expect(parseGroupName('vm/100')).toEqual({ type: 'vm', id: '100' });
    expect(parseGroupName('host/web.01-a_b')).toEqual({ type: 'host', id: 'web.01-a_b' });
    expect(parseGroupName('ct/_')).toEqual({ type: 'ct', id: '_' });
  });

  it.each([
    '',
    'vm',
    'vm/',
    '/100',
    'lxc/100',
    'VM/100',
    'vm/100/',
    'vm/.hidden',
    'vm/-x',
    'vm/a b',
    'vm/ä',
    'vm/100\n',
    'vm/..',
  ])('refuses %j', (name) => expect(parseGroupName(name)).toBeUndefined());
});

describe('snapshot names', () => {
  it('are UTC times to the second', () => {
    expect(parseSnapshotTime('2020-06-26T13:56:05Z')).toBe(1593179765);
    expect(formatSnapshotTime(1593179765)).toBe('2020-06-26T13:56:05Z');
    expect(isSnapshotName('2024-02-29T00:00:00Z')).toBe(true);
    expect(isSnapshotName('1970-01-01T00:00:01Z')).toBe(true);
  });

  it.each([
    '2023-02-29T00:00:00Z',
    '2025-02-30T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-00-10T00:00:00Z',
    '2025-11-31T00:00:00Z',
    '2025-11-01T24:00:00Z',
    '2025-11-01T23:60:00Z',
    '2025-11-01T23:59:60Z',
    '1970-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '2025-11-01T08:10:00',
    '2025-11-01T08:10:00.000Z',
    '2025-11-01T08:10:00+00:00',
    '2025-11-01t08:10:00z',
    '+02025-11-01T08:10:00Z',
    '2025-11-01T08:10:00Z\n',
    '2025-11-01 08:10:00Z',
    '',
  ])('are not %j', (name) => {
    expect(isSnapshotName(name)).toBe(false);
    expect(parseSnapshotTime(name)).toBeNaN();
  });

  it('come back as the time they were made from, in the order of time', () => {
    const epoch = fc.integer({ min: 1, max: 253402300799 });
    fc.assert(
      fc.property(epoch, epoch, (a, b) => {
        const [first, second] = [formatSnapshotTime(a), formatSnapshotTime(b)];
        expect(parseSnapshotTime(first)).toBe(a);
        expect(first < second).toBe(a < b);
      }),
    );
  });
});

describe('archive names', () => {
  it('tell the kind of file', () => {
    expect(archiveKind('drive-scsi0.img.fidx')).toBe('fixed');
    expect(archiveKind('root.mpxar.didx')).toBe('dynamic');
    expect(archiveKind('index.json.blob')).toBe('blob');
    expect(isArchiveName('rsa-encrypted.key.blob')).toBe(true);
  });

  it.each([
    '',
    'owner',
    'a.idx',
    '.fidx',
    '.hidden.blob',
    '../x.blob',
    'a/b.blob',
    '/x.blob',
    'a.blob/',
    '..',
    'a\0.blob',
    'a\n.blob',
    'a.blob\n',
    'a.FIDX',
    `${'x'.repeat(251)}.blob`,
  ])('are not %j', (name) => expect(isArchiveName(name)).toBe(false));

  it('of a listing are those that PBS lists', () => {
    expect(isSnapshotFileName('.protected')).toBe(true);
    expect(isSnapshotFileName('a b.didx')).toBe(true);
    expect(isSnapshotFileName('index.json.blob')).toBe(true);
    expect(isSnapshotFileName('index.json.blob.tmp')).toBe(false);
    expect(isSnapshotFileName('notes')).toBe(false);
  });
});

describe('compareGroups', () => {
  it('sorts as PBS works: namespaces from above, types, numbers, then names', () => {
    const sorted = [
      ['', 'ct/2'],
      ['', 'ct/10'],
      ['', 'ct/a'],
      ['', 'host/18446744073709551615'],
      ['', 'host/18446744073709551616'],
      ['', 'host/B'],
      ['', 'host/a'],
      ['', 'vm/007'],
      ['', 'vm/7'],
      ['', 'vm/100'],
      ['', 'vm/1000'],
      ['a', 'vm/1'],
      ['a/b', 'ct/1'],
      ['a/b/c', 'ct/1'],
      ['a-b', 'ct/1'],
      ['b', 'ct/1'],
    ].map(([namespace = '', name = '']) => ({ namespace, name }));
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted, { minLength: sorted.length }), (shuffled) => {
        expect(shuffled.sort(compareGroups)).toEqual(sorted);
      }),
    );
  });

  it('puts names that are no groups somewhere, always the same', () => {
    const [odd, vm] = ['odd', 'vm/1'].map((name) => ({ namespace: '', name }));
    expect(compareGroups(odd!, vm!)).toBe(-compareGroups(vm!, odd!));
    expect(compareGroups(odd!, odd!)).toBe(0);
  });
});

describe('namespaces', () => {
  it('have up to seven parts', () => {
    expect(namespaceComponents('')).toEqual([]);
    expect(parseNamespace('a/b')).toEqual(['a', 'b']);
    expect(isNamespace('1/2/3/4/5/6/7')).toBe(true);
    expect(() => namespaceComponents('1/2/3/4/5/6/7/8')).toThrow(expect.objectContaining({ code: 'NAMESPACE_INVALID' }));
  });

  it('have up to 256 characters, where PBS counts a slash for each part that it adds', () => {
    expect(isNamespace('x'.repeat(255))).toBe(true);
    expect(isNamespace('x'.repeat(256))).toBe(false);
    expect(isNamespace(`${'x'.repeat(254)}/y`)).toBe(true);
    expect(isNamespace(`${'x'.repeat(254)}/yz`)).toBe(false);
  });

  it.each(['/', 'a/', '/a', 'a//b', '.', '..', 'a/../b', '-a', 'a b', 'ns/ä', 'a\n'])('are not %j', (namespace) => {
    expect(isNamespace(namespace)).toBe(false);
    expect(() => namespaceComponents(namespace)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code: 'NAMESPACE_INVALID', context: { namespace } }),
    );
  });
});
