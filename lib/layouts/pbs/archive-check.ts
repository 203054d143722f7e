import { hash } from 'node:crypto';
import type { PartVerifier } from '../../datastore/layout.ts';
import { DataError } from '../../errors.ts';
import { openArchiveIndex } from './archive-index.ts';
import { verifyBlob } from './data-blob.ts';
import type { ManifestFile } from './manifest.ts';
import { checkIn, contextOf, listedArchive, type SnapshotFiles } from './snapshot-files.ts';

/** Checks an archive file against what the manifest says of it (facts/pbs.md 1.6: checksum and size differ in meaning by kind). */
export function archiveVerifier(files: SnapshotFiles, archive: ManifestFile): PartVerifier {
  const kind = archive.kind;
  return kind === 'blob' ? blobVerifier(files, archive) : indexVerifier(files, archive, kind);
}

function blobVerifier(files: SnapshotFiles, archive: ManifestFile): PartVerifier {
  const parts: Buffer[] = [];
  return {
    push: (bytes) => void parts.push(bytes),
    end: () => {
      const bytes = Buffer.concat(parts);
      checkIn(files, archive.name, () => verifyBlob(bytes, `${files.title}/${archive.name}`));
      expectArchive(files, archive, { checksum: hash('sha256', bytes), size: bytes.length });
    },
  };
}

function indexVerifier(files: SnapshotFiles, archive: ManifestFile, kind: 'fixed' | 'dynamic'): PartVerifier {
  const reader = openArchiveIndex(kind, `${files.title}/${archive.name}`, listedArchive(files, archive).size);
  return {
    push: (bytes) => void checkIn(files, archive.name, () => reader.push(bytes)),
    end: () => checkIn(files, archive.name, () => expectArchive(files, archive, reader.end())),
  };
}

export function expectArchive(files: SnapshotFiles, archive: ManifestFile, found: { checksum: string; size: number }): void {
  const wrong = [
    found.checksum === archive.checksum ? undefined : `checksum ${found.checksum} where the manifest says ${archive.checksum}`,
    found.size === archive.size ? undefined : `size ${String(found.size)} where the manifest says ${String(archive.size)}`,
  ].filter((fault) => fault !== undefined);
  if (wrong.length === 0) return;
  const message = `${files.title}/${archive.name} has ${wrong.join(' and ')}`;
  throw new DataError('ARCHIVE_CHECKSUM_MISMATCH', message, { context: contextOf(files, archive.name) });
}
