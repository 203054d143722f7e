import type { OpenSnapshot } from '../../datastore/layout.ts';
import { DataError } from '../../errors.ts';
import { keyFingerprint, type Manifest } from './manifest.ts';
import { snapshotTitle } from './snapshot-files.ts';

/**
 * Whether a snapshot's content is that of its copy under the same name; `resync`: PBS would pull it again. Refuses what PBS
 * refuses since 4.2.1 (facts/pbs.md 1.10), the case named.
 */
export function compareContent(open: OpenSnapshot, original: Manifest, copy: Manifest): 'same' | 'resync' {
  if (original.signedPart() === copy.signedPart()) return 'same';
  const [key, copyKey] = [keyFingerprint(original), keyFingerprint(copy)];
  if (key === undefined && copyKey !== undefined) throw differs(open, 'the copy has a key, the source is without one');
  if (key !== undefined && copyKey === undefined) throw differs(open, 'the source has a key, the copy is without one');
  if (key !== copyKey) throw differs(open, 'they are of different keys');
  if (key === undefined) throw differs(open, 'their signed parts differ');
  if (isEncrypted(original) !== isEncrypted(copy)) throw differs(open, 'one of them is fully encrypted, the other is not');
  return 'resync';
}

function isEncrypted({ files }: Manifest): boolean {
  return files.every(({ cryptMode }) => cryptMode === 'encrypt');
}

function differs(open: OpenSnapshot, why: string): DataError {
  const { group, snapshot } = open;
  const message =
    `${snapshotTitle(open)} has other content on the target than on the source under the same name (${why}), so the copy is left as it is;` +
    ' forget the one that is wrong in PBS, then run again';
  return new DataError('SNAPSHOT_CONTENT_DIFFERS', message, {
    context: { namespace: group.namespace, group: group.name, snapshot: snapshot.name },
  });
}
