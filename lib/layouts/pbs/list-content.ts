import { hash } from 'node:crypto';
import { formatGroup } from '../../datastore/group.ts';
import type { ListContent } from '../../datastore/layout.ts';
import { openArchiveIndex } from './archive-index.ts';
import { snapshotPrefix } from './keys.ts';
import { parseManifest, verifyState } from './manifest.ts';
import { archiveKind, MANIFEST_NAME } from './names.ts';

const INDEX_PIECE_BYTES = 4 * 1024 * 1024;

/**
 * The digests a snapshot refers to. None when its manifest was rewritten since it was copied: a PBS that verified it may have
 * renamed chunks it found damaged, even where it then says that all is well (facts/pbs.md 11).
 */
export async function* listContent({ reader, group, snapshot, isUntouched }: ListContent): AsyncGenerator<Buffer> {
  const prefix = snapshotPrefix(group, snapshot.name);
  const title = `${formatGroup(group)}/${snapshot.name}`;
  const manifest = await reader.get(`${prefix}${MANIFEST_NAME}`);
  if (manifest === undefined || !isUntouched(hash('sha256', manifest.bytes))) return;
  if (verifyState(parseManifest(manifest.bytes, `${title}/${MANIFEST_NAME}`)) === 'failed') return;

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
