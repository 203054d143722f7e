import { hash } from 'node:crypto';
import { findFile, type ListedFile } from '../../datastore/group.ts';
import { UNREADABLE, type OpenSnapshot, type Phase, type SnapshotPhases, type Transfer } from '../../datastore/layout.ts';
import { DataError } from '../../errors.ts';
import { archiveVerifier } from './archive-check.ts';
import { chunkPhase } from './chunk-phase.ts';
import { expectSameContent } from './compare-content.ts';
import { verifyBlob } from './data-blob.ts';
import { snapshotPrefix } from './keys.ts';
import { notes, parseManifest, verifyState, type Manifest, type ManifestFile } from './manifest.ts';
import { CLIENT_LOG_NAME, MANIFEST_NAME, PROTECTED_NAME } from './names.ts';
import {
  checkIn,
  fileTransfer,
  isOnTarget,
  isWritten,
  listedArchive,
  snapshotFiles,
  snapshotTitle,
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
  const title = snapshotTitle(open);
  const manifest = readManifest(open, () => parseManifest(blob.bytes, `${title}/${MANIFEST_NAME} on the source`), UNREADABLE);
  const copy = await readCopy(open);
  if (copy !== undefined) expectWhole(open, manifest, copy);
  const files = snapshotFiles(open, copy !== undefined);

  const archives = manifest.files.filter((archive) => !isOnTarget(files, listedArchive(files, archive)));
  await proveBlobs(files, archives);
  files.hold(MANIFEST_NAME, blob.bytes);
  const marker: ListedFile = { name: MANIFEST_NAME, size: blob.size, etag: blob.etag };
  const becomesOurs = copy === undefined || !keepsNotes(manifest, copy.manifest);
  const replaces = becomesOurs && copy?.bytes.equals(blob.bytes) !== true;
  return {
    phases: [
      chunkPhase(files, archives),
      filesPhase(files, archives),
      manifestPhase(files, replaces ? [marker] : []),
      ...logPhase(files),
    ],
    archives: manifest.files.map(({ name, checksum, size }) => ({ name, checksum, size })),
    ...(becomesOurs && { markerDigest: hash('sha256', blob.bytes) }),
  };
}

interface Copy {
  readonly bytes: Buffer;
  readonly manifest: Manifest;
}

/**
 * A copy that PBS found damaged keeps its mark: written over, it would pass for whole, and lend its chunks to new snapshots. A mark
 * in the very manifest that the copy was given is what PBS once found on the source, and follows it.
 */
function expectWhole(open: OpenSnapshot, manifest: Manifest, copy: Copy): void {
  expectSameContent(open, manifest, copy.manifest);
  if (verifyState(copy.manifest) !== 'failed' || verifyState(manifest) === 'failed') return;
  if (open.isUntouched?.(hash('sha256', copy.bytes)) === true) return;
  const { namespace, name: group } = open.group;
  const message = `${snapshotTitle(open)} changed on the source, but PBS found its copy damaged; resync-corrupt writes the copy anew`;
  throw new DataError('COPY_DAMAGED', message, { context: { namespace, group, snapshot: open.snapshot.name } });
}

/** Notes that were given to the copy alone are kept, and so is its manifest. */
function keepsNotes(manifest: Manifest, copy: Manifest): boolean {
  return notes(manifest) === undefined && notes(copy) !== undefined;
}

/** The manifest of the same snapshot on the target, if that is finished. */
async function readCopy(open: OpenSnapshot): Promise<Copy | undefined> {
  const { existing, target, targetGroup, snapshot } = open;
  if (existing === undefined || findFile(existing.files, MANIFEST_NAME) === undefined) return undefined;
  const bytes = (await target.get(`${snapshotPrefix(targetGroup, snapshot.name)}${MANIFEST_NAME}`))?.bytes;
  if (bytes === undefined) return undefined;
  const title = `${snapshotTitle(open)}/${MANIFEST_NAME} on the target`;
  return { bytes, manifest: readManifest(open, () => parseManifest(bytes, title), 'COPY_UNREADABLE') };
}

function readManifest(open: OpenSnapshot, parse: () => Manifest, code: string): Manifest {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const { namespace, name: group } = open.group;
    const context = { namespace, group, snapshot: open.snapshot.name, archive: MANIFEST_NAME };
    const advice = code === UNREADABLE ? '' : '; resync-corrupt replaces it';
    throw new DataError(code, `${error.message}${advice}`, { context, cause: error.cause });
  }
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
  const lacking = archives.filter((archive) => !isWritten(files, listedArchive(files, archive)));
  return lacking.map((archive) => ({
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
  return mark === undefined || isOnTarget(files, mark) || isWritten(files, mark) ? [] : [fileTransfer(files, mark)];
}

function manifestPhase(files: SnapshotFiles, markers: readonly ListedFile[]): Phase {
  return {
    name: 'manifest',
    commits: true,
    resumable: false,
    transfers: () => markers.map((marker) => fileTransfer(files, marker)),
  };
}

/** PBS uploads the log after the manifest; the manifest does not name it. */
function logPhase(files: SnapshotFiles): Phase[] {
  const log = findFile(files.open.snapshot.files, CLIENT_LOG_NAME);
  if (log === undefined || isOnTarget(files, log)) return [];
  const verify = (bytes: Buffer) => void checkIn(files, log.name, () => verifyBlob(bytes, `${files.title}/${log.name}`));
  return [{ name: 'log', commits: false, resumable: false, transfers: () => [{ ...fileTransfer(files, log), verify }] }];
}
