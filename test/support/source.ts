import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { DatastoreBuilder, ctSnapshot, hostSnapshot, vmSnapshot, type ObjectSink } from './datastore-builder.ts';

const CHUNK_BYTES = 64 * 1024;
const DAY_SECONDS = 86_400;
const FIRST_DAY = Date.UTC(2026, 10, 1, 1) / 1000;

/** A datastore of a few MiB in small chunks: all three backup types, three levels of namespaces, names that begin alike. */
export interface SmallSource {
  /** Groups, and snapshots a night. */
  readonly groups: number;
  /** One more snapshot of each group. */
  addNight(): Promise<void>;
  /** One more snapshot of one machine. */
  addOne(): Promise<{ readonly newChunks: number }>;
}

export function smallSource(sink: ObjectSink, seed = 'a small source'): SmallSource {
  const builder = new DatastoreBuilder(sink, { seed });
  const shape = { chunkBytes: CHUNK_BYTES };
  let night = 0;
  const at = (hour: number) => FIRST_DAY + night * DAY_SECONDS + hour * 3600;
  const machine = (id: string, hour: number) =>
    vmSnapshot({ id, time: at(hour), owner: 'backup@pbs' }, [20 * CHUNK_BYTES], shape);
  return {
    groups: 6,
    addNight: async () => {
      await builder.addSnapshot(machine('100', 0));
      await builder.addSnapshot({ ...machine('1000', 0), log: 'backed up' });
      await builder.addSnapshot(ctSnapshot({ id: '201', time: at(1), notes: 'a note' }, 8 * CHUNK_BYTES, { shape }));
      await builder.addSnapshot({ ...machine('300', 2), namespace: 'prod', protected: night === 0 });
      await builder.addSnapshot(
        ctSnapshot({ namespace: 'prod/db', id: '301', time: at(2) }, 8 * CHUNK_BYTES, { split: true, shape }),
      );
      await builder.addSnapshot(
        hostSnapshot({ namespace: 'prod/db', id: 'pg1', time: at(3), groupNotes: 'wal' }, { wal: 6 * CHUNK_BYTES }, shape),
      );
      night += 1;
    },
    addOne: async () => {
      const built = await builder.addSnapshot(machine('100', 12));
      night += 1;
      return built;
    },
  };
}

/** Every object below a prefix of a bucket's folder, by its key below the prefix. */
export function readObjects(bucketFolder: string, prefix: string): Map<string, Buffer> {
  const root = join(bucketFolder, prefix);
  if (!existsSync(root)) return new Map();
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return new Map(files.map((file) => [relative(root, file), readFileSync(file)]));
}

/** Keys that are not the same on both sides, each with what is wrong with it; none: the copy is the source, byte for byte. */
export function differences(source: ReadonlyMap<string, Buffer>, copy: ReadonlyMap<string, Buffer>): string[] {
  const keys = [...new Set([...source.keys(), ...copy.keys()])].sort();
  return keys.flatMap((key) => {
    const [from, to] = [source.get(key), copy.get(key)];
    if (from === undefined) return [`${key} is only in the copy`];
    if (to === undefined) return [`${key} is missing`];
    return from.equals(to) ? [] : [`${key} has other bytes`];
  });
}
