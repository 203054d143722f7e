import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chunkKey } from '../lib/layouts/pbs/keys.ts';
import { DatastoreBuilder, type BuiltSnapshot, type ObjectSink } from '../test/support/datastore-builder.ts';
import { makeBucket, SOURCE_BUCKET, withDatastore, type OpenServer } from './buckets.ts';
import type { Profile } from './profiles.ts';

/** What a snapshot needs to be restorable. */
export interface SnapshotNeeds {
  /** Key of the manifest, relative to the datastore. */
  readonly manifest: string;
  /** Keys of its files and chunks. */
  readonly objects: readonly string[];
}

/** An object of the night that comes before the act `new`: its key, and the file that holds it. */
export interface NightObject {
  readonly key: string;
  readonly file: string;
}

/** What was made, as `made.json` in the datastore's folder says. */
export interface MadeDatastore {
  readonly objects: number;
  readonly bytes: number;
  readonly needs: readonly SnapshotNeeds[];
  readonly night: readonly NightObject[];
  readonly nightBytes: number;
}

const SEED = 'flotilla bench';
const MANIFEST = 'index.json.blob';

/** Fills the source of a server whose folder is `folder`, unless that was done before: making it takes longer than syncing it. */
export async function makeDatastore(profile: Profile, server: OpenServer, folder: string): Promise<MadeDatastore> {
  const document = join(folder, 'made.json');
  const made = await readFile(document, 'utf8').catch(() => undefined);
  if (made !== undefined) return JSON.parse(made) as MadeDatastore;
  await makeBucket(server, SOURCE_BUCKET);
  const built = await withDatastore(server, SOURCE_BUCKET, (source) => build(profile, source, join(folder, 'night')));
  // Half a datastore must not pass for a whole one.
  await writeFile(`${document}.new`, JSON.stringify(built));
  await rename(`${document}.new`, document);
  return built;
}

async function build(profile: Profile, source: ObjectSink, nightFolder: string): Promise<MadeDatastore> {
  await mkdir(nightFolder, { recursive: true });
  const sizes = new Map<string, number>();
  const written = new Map<string, Set<string>>();
  const night: NightObject[] = [];
  let nightBytes = 0;
  let sink = async (key: string, bytes: Buffer): Promise<void> => {
    sizes.set(key, bytes.length);
    noteFile(written, key);
    await source.put(key, bytes);
  };
  const builder = new DatastoreBuilder({ put: (key, bytes) => sink(key, bytes) }, { seed: SEED });
  const snapshots: BuiltSnapshot[] = [];
  for (let each = 0; each < profile.nights; each++) snapshots.push(...(await addNight(builder, profile, each)));

  sink = async (key, bytes) => {
    const file = join(nightFolder, String(night.length));
    // A manifest is written as the client uploads it, and again as the server finishes it: the last one holds.
    const at = night.findIndex((object) => object.key === key);
    if (at < 0) night.push({ key, file });
    nightBytes += bytes.length;
    noteFile(written, key);
    await writeFile(night[at]?.file ?? file, bytes);
  };
  if (profile.acts.includes('new')) snapshots.push(...(await addNight(builder, profile, profile.nights)));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  return { objects: sizes.size, bytes, needs: snapshots.map((each) => needsOf(each, written)), night, nightBytes };
}

async function addNight(builder: DatastoreBuilder, profile: Profile, night: number): Promise<BuiltSnapshot[]> {
  const built: BuiltSnapshot[] = [];
  for (let group = 0; group < profile.groups; group++) built.push(await builder.addSnapshot(profile.snapshot(group, night)));
  return built;
}

/** Remembers the files of each snapshot by their folder. */
function noteFile(written: Map<string, Set<string>>, key: string): void {
  if (!key.startsWith('.cnt/')) return;
  const folder = key.slice(0, key.lastIndexOf('/') + 1);
  written.set(folder, (written.get(folder) ?? new Set()).add(key));
}

function needsOf({ group, snapshot, archives }: BuiltSnapshot, written: ReadonlyMap<string, Set<string>>): SnapshotNeeds {
  const folder = `.cnt/${group}/${snapshot}/`;
  const manifest = folder + MANIFEST;
  const files = [...(written.get(folder) ?? [])].filter((key) => key !== manifest);
  const chunks = archives.flatMap((archive) => archive.chunks.map(({ digest }) => chunkKey(digest)));
  return { manifest, objects: [...files, ...new Set(chunks)] };
}
