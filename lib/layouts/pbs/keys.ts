import { NAMESPACE_MARKER, NOTES_NAME, OWNER_NAME, isSnapshotFileName, isSnapshotName, parseGroupName } from './names.ts';
import { isNamespace, namespaceComponents } from './namespaces.ts';
import type { Group } from '../../datastore/group.ts';
import type { Entry } from '../../datastore/layout.ts';

/**
 * Keys of a PBS datastore, relative to its prefix (facts/pbs.md 2.1). Every prefix ends with a slash: without one, `vm/100` would
 * also match `vm/1000`.
 */
export const CONTENT_PREFIX = '.chunks/';
const METADATA_PREFIX = '.cnt/';

const CHUNK_KEY = /^\.chunks\/([0-9a-f]{4})\/(\1[0-9a-f]{60})(?:\.(\d)\.bad)?$/;
const FOREIGN: Entry = { kind: 'foreign' };

/** `.cnt/` for the root, `.cnt/ns/a/ns/b/` for `a/b`. */
export function metadataPrefix(namespace: string): string {
  return (
    METADATA_PREFIX +
    namespaceComponents(namespace)
      .map((component) => `ns/${component}/`)
      .join('')
  );
}

/** `.cnt/ns/a/vm/100/` */
export function groupPrefix(group: Group): string {
  return `${metadataPrefix(group.namespace)}${group.name}/`;
}

/** `.cnt/ns/a/vm/100/2025-11-01T08:10:00Z/` */
export function snapshotPrefix(group: Group, snapshot: string): string {
  return `${groupPrefix(group)}${snapshot}/`;
}

/** `.cnt/ns/a/.namespace` */
export function namespaceMarker(namespace: string): string {
  return metadataPrefix(namespace) + NAMESPACE_MARKER;
}

/** `.chunks/<4 hex>/<64 hex>` of a digest of 32 bytes. */
export function chunkKey(digest: Buffer): string {
  const hex = digest.toString('hex');
  return `${CONTENT_PREFIX}${hex.slice(0, 4)}/${hex}`;
}

/** The digest in a chunk's key; undefined for any other key, one of a chunk that PBS marked bad among them. */
export function parseChunkKey(key: string): Buffer | undefined {
  const [, , hex, bad] = CHUNK_KEY.exec(key) ?? [];
  return hex === undefined || bad !== undefined ? undefined : Buffer.from(hex, 'hex');
}

/** The digest and number, 0 to 9, in the key of a chunk that PBS found damaged and renamed. */
export function parseBadChunkKey(key: string): { digest: Buffer; number: number } | undefined {
  const [, , hex, bad] = CHUNK_KEY.exec(key) ?? [];
  return hex === undefined || bad === undefined ? undefined : { digest: Buffer.from(hex, 'hex'), number: Number(bad) };
}

/** What a key below `.cnt/` is. Anything PBS could not have written there is `foreign`. */
export function parseEntry(key: string): Entry {
  if (!key.startsWith(METADATA_PREFIX)) return FOREIGN;
  const parts = key.slice(METADATA_PREFIX.length).split('/');
  const components: string[] = [];
  while (parts[0] === 'ns') components.push(...parts.splice(0, 2).slice(1));
  const namespace = components.join('/');
  if (components.includes('') || !isNamespace(namespace)) return FOREIGN;
  return parts.length === 1 ? parseMarker(namespace, parts[0]) : parseGroupEntry(namespace, parts);
}

function parseMarker(namespace: string, name: string | undefined): Entry {
  return name === NAMESPACE_MARKER && namespace !== '' ? { kind: 'namespace', namespace } : FOREIGN;
}

function parseGroupEntry(namespace: string, [type, id, ...rest]: readonly string[]): Entry {
  const group = { namespace, name: `${type}/${id}` };
  const [first = '', second] = rest;
  if (rest.length > 2 || parseGroupName(group.name) === undefined) return FOREIGN;
  if (second === undefined) return isGroupFile(first) ? { kind: 'group-file', group, name: first } : FOREIGN;
  if (!isSnapshotName(first) || !isSnapshotFileName(second)) return FOREIGN;
  return { kind: 'snapshot-file', group, snapshot: first, name: second };
}

function isGroupFile(name: string): boolean {
  return name === OWNER_NAME || name === NOTES_NAME;
}
