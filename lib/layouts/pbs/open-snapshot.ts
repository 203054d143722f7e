import { findFile, type ListedFile } from '../../datastore/group.ts';
import type { OpenSnapshot, Phase, SnapshotPhases, Transfer } from '../../datastore/layout.ts';
import type { StoredObject } from '../../datastore/object-store.ts';
import { DataError } from '../../errors.ts';
import { archiveVerifier } from './archive-check.ts';
import { chunkPhase } from './chunk-phase.ts';
import { verifyBlob } from './data-blob.ts';
import { snapshotPrefix } from './keys.ts';
import { parseManifest, type Manifest, type ManifestFile } from './manifest.ts';
import { CLIENT_LOG_NAME, MANIFEST_NAME, PROTECTED_NAME } from './names.ts';
import {
  checkIn,
  contextOf,
  fileTransfer,
  isOnTarget,
  listedArchive,
  snapshotFiles,
  type SnapshotFiles,
} from './snapshot-files.ts';

/**
 * Chunks of all archives, then indexes and blobs, then the manifest, then the log. Blobs are proven before the first chunk
 * moves and indexes while theirs do, so that nothing of a damaged snapshot is ever written below `.cnt`.
 */
export async function openSnapshot(open: OpenSnapshot): Promise<SnapshotPhases | undefined> {
  const key = `${snapshotPrefix(open.group, open.snapshot.name)}${MANIFEST_NAME}`;
  const blob = await open.source.get(key);
  if (blob === undefined) return undefined;
  const copy = await readCopy(open);
  const files = snapshotFiles(open, copy?.bytes.equals(blob.bytes) === true);
  const manifest = readManifest(files, blob.bytes, 'source');
  if (copy !== undefined && !files.sameManifest) expectSameContent(files, manifest, readManifest(files, copy.bytes, 'target'));

  const archives = manifest.files.filter((archive) => !isOnTarget(files, listedArchive(files, archive)));
  await proveBlobs(files, archives);
  const marker: ListedFile = { name: MANIFEST_NAME, size: blob.size, etag: blob.etag };
  files.hold(MANIFEST_NAME, blob.bytes);
  return {
    phases: [chunkPhase(files, archives), filesPhase(files, archives), manifestPhase(files, marker), ...logPhase(files)],
    archives: manifest.files.map(({ name, checksum, size }) => ({ name, checksum, size })),
  };
}

/** The manifest of the same snapshot on the target, if that is finished. */
async function readCopy({ existing, target, targetGroup, snapshot }: OpenSnapshot): Promise<StoredObject | undefined> {
  if (existing === undefined || findFile(existing.files, MANIFEST_NAME) === undefined) return undefined;
  return target.get(`${snapshotPrefix(targetGroup, snapshot.name)}${MANIFEST_NAME}`);
}

function readManifest(files: SnapshotFiles, bytes: Buffer, side: 'source' | 'target'): Manifest {
  return checkIn(files, MANIFEST_NAME, () => parseManifest(bytes, `${files.title}/${MANIFEST_NAME} on the ${side}`));
}

/** A snapshot never changes its content under its name, only its unprotected part: notes and verify state (facts/pbs.md 1.10). */
function expectSameContent(files: SnapshotFiles, manifest: Manifest, copy: Manifest): void {
  if (copy.signedPart() === manifest.signedPart()) return;
  const message =
    `${files.title} has other content on the target than on the source under the same name, so the copy is left as it is;` +
    ' forget the one that is wrong in PBS, then run again';
  throw new DataError('SNAPSHOT_CONTENT_DIFFERS', message, { context: contextOf(files) });
}

async function proveBlobs(files: SnapshotFiles, archives: readonly ManifestFile[]): Promise<void> {
  for (const archive of archives.filter(({ kind }) => kind === 'blob')) {
    const transfer = fileTransfer(files, listedArchive(files, archive));
    const blob = await files.open.source.get(transfer.sourceKey, { ifMatch: listedArchive(files, archive).etag });
    if (blob === undefined) throw await transfer.absent();
    const verifier = archiveVerifier(files, archive);
    verifier.push(blob.bytes);
    verifier.end();
    files.hold(archive.name, blob.bytes);
  }
}

function filesPhase(files: SnapshotFiles, archives: readonly ManifestFile[]): Phase {
  return {
    name: 'files',
    commits: false,
    resumable: false,
    transfers: () => [...archiveTransfers(files, archives), ...marks(files)],
  };
}

function archiveTransfers(files: SnapshotFiles, archives: readonly ManifestFile[]): Transfer[] {
  return archives.map((archive) => ({
    ...fileTransfer(files, listedArchive(files, archive)),
    verify: (bytes) => {
      const verifier = archiveVerifier(files, archive);
      verifier.push(bytes);
      verifier.end();
    },
    verifyParts: () => archiveVerifier(files, archive),
  }));
}

/** A snapshot is protected before it is visible. */
function marks(files: SnapshotFiles): Transfer[] {
  const mark = findFile(files.open.snapshot.files, PROTECTED_NAME);
  return mark === undefined || isOnTarget(files, mark) ? [] : [fileTransfer(files, mark)];
}

function manifestPhase(files: SnapshotFiles, marker: ListedFile): Phase {
  return {
    name: 'manifest',
    commits: true,
    resumable: false,
    transfers: () => (isOnTarget(files, marker) ? [] : [fileTransfer(files, marker)]),
  };
}

/** PBS uploads the log after the manifest; the manifest does not name it. */
function logPhase(files: SnapshotFiles): Phase[] {
  const log = findFile(files.open.snapshot.files, CLIENT_LOG_NAME);
  if (log === undefined || isOnTarget(files, log)) return [];
  const verify = (bytes: Buffer) => void checkIn(files, log.name, () => verifyBlob(bytes, `${files.title}/${log.name}`));
  return [{ name: 'log', commits: false, resumable: false, transfers: () => [{ ...fileTransfer(files, log), verify }] }];
}
