import { describeGroup, describeSnapshot } from './describe.ts';
import { findFile, type ListedFile, type ListedSnapshot } from '../../datastore/group.ts';
import type { Layout } from '../../datastore/layout.ts';
import {
  chunkKey,
  CONTENT_PREFIX,
  groupPrefix,
  metadataPrefix,
  namespaceMarker,
  parseChunkKey,
  parseEntry,
  snapshotPrefix,
} from './keys.ts';
import { listContent } from './list-content.ts';
import { MANIFEST_NAME, NOTES_NAME, OWNER_NAME, parseSnapshotTime, PROTECTED_NAME } from './names.ts';
import { openGroup, refuseGroup } from './open-group.ts';
import { openSnapshot } from './open-snapshot.ts';

/** Datastores of Proxmox Backup Server on S3 (facts/pbs.md 2.1). */
export const pbsLayout: Layout = {
  inUseMarker: '.in-use',
  contentPrefix: CONTENT_PREFIX,
  contentKey: chunkKey,
  parseContentKey: parseChunkKey,
  metadataPrefix,
  groupPrefix,
  snapshotPrefix,
  namespaceMarker,
  parseEntry,
  snapshotTime: (snapshot) => parseSnapshotTime(snapshot) * 1000,
  isFinished: (snapshot) => commitMarker(snapshot) !== undefined,
  isProtected: (snapshot) => findFile(snapshot.files, PROTECTED_NAME) !== undefined,
  groupFiles: [OWNER_NAME],
  isGroupMark: (name) => name === NOTES_NAME,
  commitMarker,
  compare,
  openGroup,
  refuseGroup,
  openSnapshot,
  describeGroup,
  describeSnapshot,
  listContent,
};

function commitMarker(snapshot: ListedSnapshot): ListedFile | undefined {
  return findFile(snapshot.files, MANIFEST_NAME);
}

/** All source files count: an archive that the target lost, or a log that came later, is a difference. */
function compare(source: ListedSnapshot, target: ListedSnapshot): 'same' | 'different' | 'unknown' {
  let answer: 'same' | 'unknown' = 'same';
  for (const file of source.files) {
    const copy = findFile(target.files, file.name);
    if (copy === undefined || copy.size !== file.size) return 'different';
    if (copy.etag !== file.etag) answer = 'unknown';
  }
  return answer;
}
