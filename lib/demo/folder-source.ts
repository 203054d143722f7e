import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import type { Layout } from '../datastore/layout.ts';
import type { ObjectReader } from '../datastore/object-store.ts';
import { listGroups } from '../sync/list-groups.ts';
import type { DemoSource } from './demo-source.ts';

/** A datastore among the objects of a bucket that lie in a folder: `root/<prefix>/.cnt/..`. */
export interface DatastoreFolder {
  readonly root: string;
  readonly prefix: string;
}

/** Finds the datastore in a folder of objects, or in `objects` in it, as the samples have it. Throws a `ConfigError` when there is none. */
export async function findDatastoreFolder(folder: string): Promise<DatastoreFolder> {
  for (const root of [resolve(folder, 'objects'), resolve(folder)]) {
    if (await isFolder(join(root, '.cnt'))) return { root: dirname(root), prefix: basename(root) };
    for (const prefix of await foldersIn(root)) {
      if (await isFolder(join(root, prefix, '.cnt'))) return { root, prefix };
    }
  }
  const message = `${folder} holds no PBS datastore: a folder <name> with .cnt and .chunks in it is looked for there and in ${folder}/objects`;
  throw new ConfigError('DATASTORE_NOT_FOUND', message);
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A folder's datastore, copied; the newest snapshot of each group that has several is held back, to come as the new ones. */
export function copySource(from: DatastoreFolder, to: string, reader: ObjectReader, layout: Layout): DemoSource {
  const original = join(from.root, from.prefix);
  const held: string[] = [];
  return {
    fill: async () => {
      await mkdir(dirname(to), { recursive: true });
      await cp(original, to, { recursive: true, mode: 0 });
      for await (const listed of listGroups(reader, layout, '')) {
        if (listed.kind !== 'group' || listed.listed.snapshots.length < 2) continue;
        const newest = listed.listed.snapshots.at(-1);
        if (newest !== undefined) held.push(layout.snapshotPrefix(listed.listed.group, newest.name));
      }
      for (const snapshot of held) await rm(join(to, snapshot), { recursive: true });
    },
    addNight: async () => {
      for (const snapshot of held) await cp(join(original, snapshot), join(to, snapshot), { recursive: true });
    },
  };
}
