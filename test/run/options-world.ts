import { deriveCryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import { encodeManifest, parseManifest, type Manifest } from '../../lib/layouts/pbs/manifest.ts';
import type { S3Datastore } from '../../lib/s3/open-datastore.ts';
import { documentOf } from '../support/restorable.ts';
import { chunkPath, readIndex } from '../support/sample.ts';
import { builderOf, hostOn, nameOf, vmOn } from '../support/sample-store.ts';

/** Both sides of one job, in the words of a table of options. A backup is named by its id and day. */
export interface OptionsWorld {
  readonly target: S3Datastore;
  /** Visible snapshots of the target in their order, `a/b/db 1`. */
  readonly visible: () => Promise<string[]>;
  readonly keys: () => Promise<string[]>;
  readonly text: (key: string) => Promise<string | undefined>;
  readonly notes: (id: string, day: number) => Promise<string | undefined>;
  /** Writes notes about a backup of the source. */
  readonly note: (id: string, day: number, text: string) => Promise<void>;
  readonly forget: (id: string, days: readonly number[]) => Promise<void>;
  /** What a PBS does that finds a chunk of the copy damaged. */
  readonly damageCopy: (id: string, day: number) => Promise<void>;
  /** Chunks that visible snapshots of the target lack. */
  readonly lost: () => Promise<number>;
}

const GROUPS: Readonly<Record<string, string>> = {
  web: '.cnt/host/web',
  vm: '.cnt/vm/9',
  'a/db': '.cnt/ns/a/host/db',
  'a/b/db': '.cnt/ns/a/ns/b/host/db',
};
const MANIFEST = 'index.json.blob';
const folderOf = (id: string, day: number): string => `${GROUPS[id]!}/${nameOf(day)}/`;

/** Three days of one group, of which the second is verified; one encrypted machine; two namespaces, the first one's backup verified. */
export async function fillOptions(
  source: S3Datastore,
  target: S3Datastore,
  readTarget: () => Map<string, Buffer>,
): Promise<OptionsWorld> {
  const builder = builderOf(source);
  const specs = [
    ...[hostOn(1), hostOn(2, { verifyState: 'ok' }), hostOn(3)],
    vmOn(1, { id: '9', key: deriveCryptKey(Buffer.alloc(32, 1)), cryptMode: 'encrypt' }),
    hostOn(1, { namespace: 'a', id: 'db', verifyState: 'ok' }),
    hostOn(1, { namespace: 'a/b', id: 'db' }),
  ];
  for (const spec of specs) await builder.addSnapshot(spec);
  return { target, ...look(target, readTarget), ...change(source, target) };
}

type Looking = Pick<OptionsWorld, 'visible' | 'keys' | 'text' | 'notes' | 'lost'>;

function look(target: S3Datastore, readTarget: () => Map<string, Buffer>): Looking {
  const isThere = (folder: string): boolean => readTarget().has(`${folder}${MANIFEST}`);
  return {
    visible: () => {
      const all = Object.keys(GROUPS).flatMap((id) =>
        [1, 2, 3].map((day) => ({ name: `${id} ${String(day)}`, at: folderOf(id, day) })),
      );
      return Promise.resolve(
        all
          .filter(({ at }) => isThere(at))
          .map(({ name }) => name)
          .sort(),
      );
    },
    keys: () => Promise.resolve([...readTarget().keys()]),
    text: async (key) => (await target.get(key))?.bytes.toString(),
    notes: async (id, day) => documentOf((await target.get(`${folderOf(id, day)}${MANIFEST}`))!.bytes)?.unprotected?.notes,
    lost: () => {
      const objects = readTarget();
      const indexes = [...objects].filter(([key]) => /\.[fd]idx$/.test(key));
      const chunks = new Set(indexes.flatMap(([key, bytes]) => readIndex(key, bytes).digests));
      return Promise.resolve([...chunks].filter((digest) => !objects.has(chunkPath(digest))).length);
    },
  };
}

function change(source: S3Datastore, target: S3Datastore): Pick<OptionsWorld, 'note' | 'forget' | 'damageCopy'> {
  return {
    note: (id, day, notes) => edit(source, folderOf(id, day), { notes }),
    forget: async (id, days) => {
      for (const day of days) await source.delete(await keysOf(source, folderOf(id, day)));
    },
    damageCopy: async (id, day) => {
      const index = await target.get(`${folderOf(id, day)}catalog.pcat1.didx`);
      const chunk = chunkPath(readIndex('catalog.pcat1.didx', index!.bytes).digests[0]!);
      await target.put(`${chunk}.0.bad`, Buffer.from('damaged'));
      await target.delete([chunk]);
      const upid = 'UPID:offsite:00000001:00000001:00000001:65432100:verificationjob:store:root@pam:';
      await edit(target, folderOf(id, day), { verify_state: { state: 'failed', upid } });
    },
  };
}

async function keysOf(store: S3Datastore, prefix: string): Promise<string[]> {
  const pages = await Array.fromAsync(store.list(prefix));
  return pages.flat().map(({ key }) => key);
}

async function edit(store: S3Datastore, folder: string, members: Manifest['unprotected']): Promise<void> {
  const key = `${folder}${MANIFEST}`;
  const manifest = parseManifest((await store.get(key))!.bytes, key);
  await store.put(key, encodeManifest({ ...manifest, unprotected: { ...manifest.unprotected, ...members } }));
}
