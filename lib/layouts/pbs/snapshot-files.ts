import { findFile, formatGroup, type ListedFile } from '../../datastore/group.ts';
import type { OpenSnapshot, Transfer } from '../../datastore/layout.ts';
import { DataError, type ErrorContext } from '../../errors.ts';
import { snapshotPrefix } from './keys.ts';
import type { ManifestFile } from './manifest.ts';
import { MANIFEST_NAME } from './names.ts';

/** Files up to this size that were read once are kept until they are written, in all up to `HELD_BYTES` a snapshot. */
const HELD_FILE_BYTES = 4 * 1024 * 1024;
const HELD_BYTES = 16 * 1024 * 1024;

/** A snapshot on its way: where it is on both sides, and which of its files were read already. */
export interface SnapshotFiles {
  readonly open: OpenSnapshot;
  readonly from: string;
  readonly to: string;
  readonly title: string;
  /** Whether the copy's manifest names the very same content: then equal sizes are enough to call files the same. */
  readonly sameContent: boolean;
  /** Keeps the bytes of a verified file for its PUT, if there is room. */
  hold(name: string, bytes: Buffer): void;
  held(name: string): Buffer | undefined;
}

export function snapshotFiles(open: OpenSnapshot, sameContent: boolean): SnapshotFiles {
  const kept = new Map<string, Buffer>();
  let bytesKept = 0;
  return {
    open,
    sameContent,
    from: snapshotPrefix(open.group, open.snapshot.name),
    to: snapshotPrefix(open.targetGroup, open.snapshot.name),
    title: snapshotTitle(open),
    hold: (name, bytes) => {
      if (bytes.length > HELD_FILE_BYTES || bytesKept + bytes.length > HELD_BYTES) return;
      kept.set(name, bytes);
      bytesKept += bytes.length;
    },
    held: (name) => kept.get(name),
  };
}

/** `a/b/vm/100/2025-11-01T08:10:00Z` */
export function snapshotTitle({ group, snapshot }: OpenSnapshot): string {
  return `${formatGroup(group)}/${snapshot.name}`;
}

/** Where an error happened, for its context. */
export function contextOf({ open }: SnapshotFiles, archive?: string): ErrorContext {
  const snapshot = { namespace: open.group.namespace, group: open.group.name, snapshot: open.snapshot.name };
  return archive === undefined ? snapshot : { ...snapshot, archive };
}

/** What the checks of a format find, which know nothing of snapshots, is told with the snapshot and the archive. */
export function checkIn<T>(files: SnapshotFiles, archive: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const context = { ...error.context, ...contextOf(files, archive) };
    throw new DataError(error.code, error.message, { context, cause: error.cause });
  }
}

/** Whether a finished snapshot on the target has the very same file. Files of an unfinished one prove nothing about their chunks. */
export function isOnTarget(files: SnapshotFiles, file: ListedFile): boolean {
  const existing = files.open.existing?.files ?? [];
  const copy = findFile(existing, MANIFEST_NAME) === undefined ? undefined : findFile(existing, file.name);
  return copy !== undefined && copy.size === file.size && (files.sameContent || copy.etag === file.etag);
}

/** Whether the very same file is there already: an unfinished snapshot keeps what was written for it before its worker ended. */
export function isWritten(files: SnapshotFiles, file: ListedFile): boolean {
  const copy = findFile(files.open.existing?.files ?? [], file.name);
  return copy !== undefined && copy.size === file.size && copy.etag === file.etag;
}

/** The listed file of an archive that the manifest names. */
export function listedArchive(files: SnapshotFiles, archive: ManifestFile): ListedFile {
  const file = findFile(files.open.snapshot.files, archive.name);
  if (file !== undefined) return file;
  const message = `${files.title}/${archive.name} is named by the manifest, but the source has no such file`;
  throw new DataError('ARCHIVE_MISSING', message, { context: contextOf(files, archive.name) });
}

/** The transfer of one file of the snapshot, from the bytes that are held or from the source. */
export function fileTransfer(files: SnapshotFiles, file: ListedFile): Transfer {
  const title = `${files.title}/${file.name}`;
  const absent = () =>
    Promise.resolve(
      new DataError('ARCHIVE_MISSING', `${title} went away from the source during the run`, {
        context: contextOf(files, file.name),
      }),
    );
  const transfer = {
    sourceKey: `${files.from}${file.name}`,
    targetKey: `${files.to}${file.name}`,
    title,
    archive: file.name,
    size: file.size,
    etag: file.etag,
    absent,
  };
  const body = files.held(file.name);
  return body === undefined ? transfer : { ...transfer, body };
}
