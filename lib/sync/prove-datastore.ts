import { formatGroup, type ListedGroup, type ListedSnapshot } from '../datastore/group.ts';
import type { Layout, Transfer } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import { DataError } from '../errors.ts';
import { DigestSet } from '../transfer/digest-set.ts';
import { inFlight } from '../transfer/in-flight.ts';
import { MAX_KNOWN_DIGESTS } from '../transfer/known-content.ts';
import { failureOf } from './failure.ts';
import { listGroups } from './list-groups.ts';
import type { Failure } from './report/group-record.ts';

/** What was read back and proven; `failures` names each snapshot that is not whole. */
export interface Proof {
  readonly groups: number;
  readonly snapshots: number;
  /** Distinct chunks that were read and verified against their names. */
  readonly chunks: number;
  readonly bytes: number;
  readonly failures: readonly Failure[];
}

/**
 * Reads a whole datastore back and proves every finished snapshot: manifest, blobs, each index against its checksum, each chunk
 * against its name. Chunks that several snapshots share are read once. Nothing is believed from a run.
 */
export async function proveDatastore(reader: ObjectReader, layout: Layout, limit: number): Promise<Proof> {
  const proven = new DigestSet(MAX_KNOWN_DIGESTS);
  const failures: Failure[] = [];
  let [groups, snapshots, chunks, bytes] = [0, 0, 0, 0];

  const proveObject = async (transfer: Transfer): Promise<void> => {
    if (transfer.digest !== undefined && proven.has(transfer.digest)) return;
    const object = transfer.body ?? (await reader.get(transfer.sourceKey))?.bytes;
    if (object === undefined) throw await transfer.absent();
    transfer.verify?.(object);
    bytes += object.length;
    if (transfer.digest !== undefined && proven.add(transfer.digest)) chunks += 1;
  };
  const proveSnapshot = async ({ group }: ListedGroup, snapshot: ListedSnapshot): Promise<void> => {
    snapshots += 1;
    try {
      const opened = await layout.openSnapshot({
        ...{ group, targetGroup: group, snapshot, existing: undefined },
        source: reader,
        target: reader,
      });
      for (const phase of opened?.phases ?? []) await inFlight(phase.transfers(), { limit }, proveObject);
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      failures.push({ ...failureOf(error, snapshot.name), group: formatGroup(group) });
    }
  };

  for await (const listed of listGroups(reader, layout, '')) {
    if (listed.kind !== 'group') continue;
    groups += 1;
    const finished = listed.listed.snapshots.filter((snapshot) => layout.isFinished(snapshot));
    for (const snapshot of finished) await proveSnapshot(listed.listed, snapshot);
  }
  return { groups, snapshots, chunks, bytes, failures };
}
