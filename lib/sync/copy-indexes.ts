import type { Group, ListedGroup, ListedSnapshot } from '../datastore/group.ts';
import { DataError } from '../errors.ts';
import type { CopyIndexes } from '../transfer/known-content.ts';
import { placeOf } from './log-lines.ts';
import { targetPlace } from './target-place.ts';
import type { Worker } from './worker.ts';

/**
 * What the indexes of the newest finished snapshot on the target name is there, if its commit marker is still the one that it was
 * given; most of the next snapshot is the same. A copy that the catalogue does not know lends nothing: another tool may have left
 * it half made. Undefined when the target has no copy.
 */
export function copyIndexes(to: ListedGroup, group: Group, worker: Worker): CopyIndexes | undefined {
  const newest = to.snapshots.findLast((snapshot) => worker.layout.isFinished(snapshot));
  if (newest === undefined) return undefined;
  let reading: Promise<void> | undefined;
  let requests: number | undefined = newest.files.length;
  return {
    get requests() {
      return requests;
    },
    read: () => (reading ??= readCopy({ to, newest, group }, worker).finally(() => (requests = undefined))),
  };
}

interface Copy {
  readonly to: ListedGroup;
  readonly newest: ListedSnapshot;
  /** The group on the source, by which people know it. */
  readonly group: Group;
}

async function readCopy({ to, newest, group }: Copy, worker: Worker): Promise<void> {
  const { store, job, layout, target, content, log } = worker;
  const replica = await store.loadReplica(targetPlace(job.target), to.group, newest.name);
  if (replica?.markerDigest === undefined) return;
  const isUntouched = (digest: string): boolean => digest === replica.markerDigest;
  try {
    const digests = layout.listContent({ reader: target, group: to.group, snapshot: newest, isUntouched });
    for await (const digest of digests) content.known.add(digest);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    log.warn(
      `${newest.name} on the target does not read, its chunks are looked up one by one: ${error.message}`,
      placeOf(group, newest.name),
    );
  }
}
