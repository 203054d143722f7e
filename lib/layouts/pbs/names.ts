import { compareNamespaces } from './namespaces.ts';
import type { Group } from '../../datastore/group.ts';

export * from './namespaces.ts';

/** In the order in which PBS works through them. */
export const BACKUP_TYPES = ['ct', 'host', 'vm'] as const;
export type BackupType = (typeof BACKUP_TYPES)[number];

export type ArchiveKind = 'fixed' | 'dynamic' | 'blob';

/** File names with a meaning of their own (facts/pbs.md 1.8). */
export const MANIFEST_NAME = 'index.json.blob';
export const CLIENT_LOG_NAME = 'client.log.blob';
export const OWNER_NAME = 'owner';
export const NOTES_NAME = 'notes';
export const PROTECTED_NAME = '.protected';
export const NAMESPACE_MARKER = '.namespace';

const GROUP_NAME = /^(ct|host|vm)\/([A-Za-z0-9_][A-Za-z0-9._-]*)$/;
const SNAPSHOT_NAME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const SNAPSHOT_FILE = /^(.*\.([fd]idx|blob)|\.protected)$/;
const ARCHIVE_NAME = /^[^./\p{Cc}][^/\p{Cc}]*\.(fidx|didx|blob)$/u;
const MAX_FILE_NAME_BYTES = 255;
const MAX_U64 = 2n ** 64n - 1n;
const KINDS: Readonly<Record<string, ArchiveKind>> = { fidx: 'fixed', didx: 'dynamic', blob: 'blob' };

export interface GroupName {
  readonly type: BackupType;
  readonly id: string;
}

/** Reads `vm/100`; undefined when it is no group's path (backup ids: facts/pbs.md 1.1). */
export function parseGroupName(name: string): GroupName | undefined {
  const [, type, id] = GROUP_NAME.exec(name) ?? [];
  return type === undefined || id === undefined ? undefined : { type: type as BackupType, id };
}

/** Epoch seconds of a snapshot's name, `2025-11-01T08:10:00Z`; NaN when there is no such name, day or second. */
export function parseSnapshotTime(name: string): number {
  if (!SNAPSHOT_NAME.test(name)) return NaN;
  const time = Date.parse(name) / 1000;
  // Date.parse takes February 30 for March 2: only a time that is written the same way again exists in the calendar.
  return time >= 1 && formatSnapshotTime(time) === name ? time : NaN;
}

/** The name of a snapshot taken at `epoch`, in whole seconds. */
export function formatSnapshotTime(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/** Whether PBS could have named a snapshot so: a real second of the calendar, from epoch 1 on, which is the least its API takes. */
export function isSnapshotName(name: string): boolean {
  return !Number.isNaN(parseSnapshotTime(name));
}

/** Whether PBS lists a file of this name in a snapshot's folder. */
export function isSnapshotFileName(name: string): boolean {
  return SNAPSHOT_FILE.test(name);
}

/** Whether a manifest may name this file: an ending that is known, and nothing that could lead out of the snapshot's folder. */
export function isArchiveName(name: string): boolean {
  return archiveKind(name) !== undefined;
}

/** What an archive's file is, by its ending; undefined when `isArchiveName` refuses the name. */
export function archiveKind(name: string): ArchiveKind | undefined {
  const ending = ARCHIVE_NAME.exec(name)?.[1];
  if (ending === undefined || Buffer.byteLength(name) > MAX_FILE_NAME_BYTES) return undefined;
  return KINDS[ending];
}

/**
 * The order in which PBS works through groups: a namespace before those below it, then ct, host, vm, then ids that are
 * numbers by their value, then all other ids as text.
 */
export function compareGroups(a: Group, b: Group): number {
  return compareNamespaces(a.namespace, b.namespace) || compareNames(a.name, b.name);
}

function compareNames(a: string, b: string): number {
  const [left, right] = [parseGroupName(a), parseGroupName(b)];
  if (left === undefined || right === undefined) return compareText(a, b);
  return BACKUP_TYPES.indexOf(left.type) - BACKUP_TYPES.indexOf(right.type) || compareIds(left.id, right.id);
}

function compareIds(a: string, b: string): number {
  const [left, right] = [parseU64(a), parseU64(b)];
  if (left !== undefined && right !== undefined) return left < right ? -1 : left > right ? 1 : compareText(a, b);
  if (left !== undefined) return -1;
  return right !== undefined ? 1 : compareText(a, b);
}

function parseU64(id: string): bigint | undefined {
  if (!/^\d+$/.test(id)) return undefined;
  const value = BigInt(id);
  return value <= MAX_U64 ? value : undefined;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
