import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONTENT_PREFIX,
  chunkKey,
  groupPrefix,
  metadataPrefix,
  namespaceMarker,
  parseBadChunkKey,
  parseChunkKey,
  parseEntry,
  snapshotPrefix,
} from '../../../lib/layouts/pbs/keys.ts';

const group = { namespace: 'a/b', name: 'vm/100' };
const snapshot = '2025-11-01T08:10:00Z';
const hex = 'bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8';

describe('keys', () => {
  it('are those of PBS', () => {
    expect(metadataPrefix('')).toBe('.cnt/');
    expect(metadataPrefix('a/b')).toBe('.cnt/ns/a/ns/b/');
    expect(groupPrefix(group)).toBe('.cnt/ns/a/ns/b/vm/100/');
    expect(snapshotPrefix(group, snapshot)).toBe('.cnt/ns/a/ns/b/vm/100/2025-11-01T08:10:00Z/');
    expect(namespaceMarker('a/b')).toBe('.cnt/ns/a/ns/b/.namespace');
    expect(CONTENT_PREFIX).toBe('.chunks/');
    expect(chunkKey(Buffer.from(hex, 'hex'))).toBe(`.chunks/bb9f/${hex}`);
  });
});

describe('parseChunkKey', () => {
  it('reads the digest back', () => {
    const digests = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(digests, (digest) => {
        expect(parseChunkKey(chunkKey(digest))).toEqual(digest);
      }),
    );
  });

  it('tells chunks from those that PBS marked bad', () => {
    const bad = `.chunks/bb9f/${hex}.3.bad`;
    expect(parseChunkKey(bad)).toBeUndefined();
    expect(parseBadChunkKey(bad)).toEqual({ digest: Buffer.from(hex, 'hex'), number: 3 });
    expect(parseBadChunkKey(`.chunks/bb9f/${hex}`)).toBeUndefined();
  });

  it.each([
    `.chunks/bb9e/${hex}`,
    `.chunks/${hex}`,
    `.chunks/BB9F/${hex.toUpperCase()}`,
    `.chunks/bb9f/${hex}0`,
    `.chunks/bb9f/${hex}.10.bad`,
    `.chunks/bb9f/${hex}.bad`,
    `.chunks/bb9f/${hex}.using`,
    `.chunks/bb9f/${hex}\n`,
    `main/.chunks/bb9f/${hex}`,
    '.chunks/bb9f/',
  ])('leaves %j alone', (key) => {
    expect(parseChunkKey(key)).toBeUndefined();
    expect(parseBadChunkKey(key)).toBeUndefined();
  });
});

describe('parseEntry', () => {
  it('reads every kind of key', () => {
    expect(parseEntry('.cnt/ns/a/.namespace')).toEqual({ kind: 'namespace', namespace: 'a' });
    expect(parseEntry('.cnt/ns/ns/ns/vm/.namespace')).toEqual({ kind: 'namespace', namespace: 'ns/vm' });
    expect(parseEntry('.cnt/ns/a/ns/b/vm/100/owner')).toEqual({ kind: 'group-file', group, name: 'owner' });
    expect(parseEntry('.cnt/host/x/notes')).toEqual({
      kind: 'group-file',
      group: { namespace: '', name: 'host/x' },
      name: 'notes',
    });
    expect(parseEntry(`.cnt/ns/a/ns/b/vm/100/${snapshot}/.protected`)).toEqual({
      ...{ kind: 'snapshot-file', group, snapshot, name: '.protected' },
    });
    expect(parseEntry(`${snapshotPrefix(group, snapshot)}index.json.blob`)).toEqual({
      ...{ kind: 'snapshot-file', group, snapshot, name: 'index.json.blob' },
    });
  });

  it.each([
    '',
    '.in-use',
    '.cnt',
    '.cnt/',
    '.cnt-state/vm/100/owner',
    '.cnt/.namespace',
    '.cnt/owner',
    '.cnt/ns',
    '.cnt/ns/',
    '.cnt/ns/a',
    '.cnt/ns/a/',
    '.cnt/ns//.namespace',
    '.cnt/ns/a/b/.namespace',
    '.cnt/ns/../.namespace',
    '.cnt/ns/1/ns/2/ns/3/ns/4/ns/5/ns/6/ns/7/ns/8/.namespace',
    '.cnt/vm',
    '.cnt/vm/100',
    '.cnt/vm/100/',
    '.cnt/vm/owner',
    '.cnt/vm/100/Owner',
    '.cnt/vm/100/.namespace',
    '.cnt/lxc/100/owner',
    `.cnt/vm/100/${snapshot}`,
    `.cnt/vm/100/${snapshot}/`,
    `.cnt/vm/100/${snapshot}/owner`,
    `.cnt/vm/100/${snapshot}/a.fidx.tmp`,
    `.cnt/vm/100/${snapshot}/x/a.fidx`,
    `.cnt/vm/100/2025-02-30T08:10:00Z/a.fidx`,
    `vm/100/${snapshot}/a.fidx`,
    `.chunks/bb9f/${hex}`,
  ])('calls %j foreign', (key) => expect(parseEntry(key)).toEqual({ kind: 'foreign' }));

  it('never fails, and what it reads leads back to the key', () => {
    const part = fc.constantFrom('ns', 'a', 'vm', '100', 'owner', '.namespace', snapshot, 'a.blob', '', '..');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const key = `.cnt/${parts.join('/')}`;
        const entry = parseEntry(key);
        if (entry.kind === 'namespace') expect(namespaceMarker(entry.namespace)).toBe(key);
        if (entry.kind === 'group-file') expect(groupPrefix(entry.group) + entry.name).toBe(key);
        if (entry.kind === 'snapshot-file') expect(snapshotPrefix(entry.group, entry.snapshot) + entry.name).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });
});
