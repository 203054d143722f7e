import { formatGroup, type Group, type ListedSnapshot } from '../../datastore/group.ts';
import type { ObjectReader } from '../../datastore/object-store.ts';
import { openArchiveIndex } from './archive-index.ts';
import { snapshotPrefix } from './keys.ts';
import { parseManifest, verifyState } from './manifest.ts';
import { archiveKind, MANIFEST_NAME } from './names.ts';

const INDEX_PIECE_BYTES = 4 * 1024 * 1024;

/** The digests a snapshot refers to; none when PBS found it damaged, since its chunks may be gone (facts/pbs.md 4.1). */
export async function* listContent(reader: ObjectReader, group: Group, snapshot: ListedSnapshot): AsyncGenerator<Buffer> {
  const prefix = snapshotPrefix(group, snapshot.name);
  const title = `${formatGroup(group)}/${snapshot.name}`;
  const manifest = await reader.get(`${prefix}${MANIFEST_NAME}`);
  if (manifest === undefined || verifyState(parseManifest(manifest.bytes, `${title}/${MANIFEST_NAME}`)) === 'failed') return;

  for (const { name, size } of snapshot.files) {
    const kind = archiveKind(name);
    if (kind === undefined || kind === 'blob') continue;
    const index = openArchiveIndex(kind, `${title}/${name}`, size);
    for (let offset = 0; offset < size; offset += INDEX_PIECE_BYTES) {
      const range = { offset, length: Math.min(INDEX_PIECE_BYTES, size - offset) };
      const piece = await reader.get(`${prefix}${name}`, { range });
      if (piece === undefined) return;
      for (const { digest } of index.push(piece.bytes)) yield digest;
    }
  }
}
