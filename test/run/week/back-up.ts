import type { ObjectWriter } from '../../../lib/datastore/object-store.ts';
import { DatastoreBuilder, vmSnapshot } from '../../support/datastore-builder.ts';

const GROUPS = ['101', '102', '103'];
const CHUNK_BYTES = 1024;
const CHUNKS = 70;

/** What a backup of all groups writes. */
export interface Night {
  readonly at: number;
  save(source: ObjectWriter): Promise<void>;
}

/** One snapshot of each group at each of these times (epoch ms), all chunks of it new. */
export async function backUp(times: readonly number[]): Promise<readonly Night[]> {
  const nights: Night[] = [];
  let puts: (readonly [string, Buffer])[] = [];
  const builder = new DatastoreBuilder({ put: (key, bytes) => Promise.resolve(void puts.push([key, bytes])) }, { seed: 'week' });
  for (const at of times) {
    puts = [];
    for (const id of GROUPS) {
      const vm = vmSnapshot({ id, time: Math.floor(at / 1000) }, [CHUNKS * CHUNK_BYTES], { chunkBytes: CHUNK_BYTES });
      await builder.addSnapshot({ ...vm, compressible: 0, changed: 1 });
    }
    const written = puts;
    nights.push({
      at,
      save: async (source) => {
        for (const [key, bytes] of written) await source.put(key, bytes);
      },
    });
  }
  return nights;
}
