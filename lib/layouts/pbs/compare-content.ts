import type { OpenSnapshot } from '../../datastore/layout.ts';
import { DataError } from '../../errors.ts';
import { keyFingerprint, type Manifest } from './manifest.ts';
import { snapshotTitle } from './snapshot-files.ts';

/**
 * Throws when a snapshot's content is not that of its copy under the same name, the case named: what PBS refuses since 4.2.1
 * (facts/pbs.md 1.10), and also what it would pull again, since new indexes under the old manifest are a torn snapshot.
 */
export function expectSameContent(open: OpenSnapshot, original: Manifest, copy: Manifest): void {
  const [key, copyKey] = [keyFingerprint(original), keyFingerprint(copy)];
  if (key === undefined && copyKey !== undefined) throw differs(open, 'the copy has a key, the source is without one');
  if (key !== undefined && copyKey === undefined) throw differs(open, 'the source has a key, the copy is without one');
  // Before the signed parts: they say nothing of who signed them.
  if (key !== copyKey) throw differs(open, 'they are of different keys');
  if (original.signedPart() !== copy.signedPart()) throw differs(open, 'their signed parts differ');
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
