import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A sample datastore as ../shared/samples describes itself; read with code of its own, apart from the code under test. */
export interface Sample {
  readonly name: string;
  readonly prefix: string;
  /** The folder whose folder `prefix` holds the objects. */
  readonly objectsFolder: string;
  readonly snapshots: readonly SampleSnapshot[];
  readonly namespaces: readonly string[];
  /** Bytes of one object, by its key below the prefix. */
  read(key: string): Buffer;
}

export interface SampleSnapshot {
  readonly namespace: string;
  readonly group: string;
  readonly time: string;
  /** Key below the datastore's prefix, with its closing slash. */
  readonly folder: string;
  readonly files: readonly { readonly name: string; readonly size: number | undefined }[];
  readonly damaged: boolean;
}

interface ListedSnapshot {
  readonly 'backup-type': string;
  readonly 'backup-id': string;
  readonly 'backup-time': number;
  readonly files: readonly { readonly filename: string; readonly size?: number }[];
}

interface Expected {
  readonly ns: string;
  readonly snapshot: string;
  readonly damaged?: boolean;
}

export function loadSamples(folder: string): Sample[] {
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names.map(({ name }) => loadSample(folder, name)).sort((left, right) => (left.name < right.name ? -1 : 1));
}

function loadSample(folder: string, name: string): Sample {
  const root = join(folder, name);
  const objectsFolder = join(root, 'objects');
  const [prefix = ''] = readdirSync(objectsFolder);
  const listed = readJson(join(root, 'snapshots.json')) as Record<string, { snapshots: ListedSnapshot[] }>;
  const damaged = new Set(
    (readJson(join(root, 'expected.json')) as Expected[])
      .filter((expected) => expected.damaged === true)
      .map(({ ns, snapshot }) => `${ns}:${snapshot}`),
  );
  return {
    ...{ name, prefix, objectsFolder },
    namespaces: Object.keys(listed),
    snapshots: Object.entries(listed).flatMap(([ns, { snapshots }]) =>
      snapshots.map((snapshot) => describe(ns, snapshot, damaged)),
    ),
    read: (key) => readFileSync(join(objectsFolder, prefix, key)),
  };
}

function describe(namespace: string, listed: ListedSnapshot, damaged: ReadonlySet<string>): SampleSnapshot {
  const group = `${listed['backup-type']}/${listed['backup-id']}`;
  const time = new Date(listed['backup-time'] * 1000).toISOString().replace('.000Z', 'Z');
  const levels = namespace === '' ? [] : namespace.split('/');
  return {
    ...{ namespace, group, time },
    folder: ['.cnt', ...levels.flatMap((level) => ['ns', level]), group, time, ''].join('/'),
    files: listed.files.map(({ filename, size }) => ({ name: filename, size })),
    damaged: damaged.has(`${namespace}:${group}/${time}`),
  };
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** The chunks an index names, and the size of what it indexes, read by hand (facts/pbs.md 1.4 and 1.5). */
export function readIndex(name: string, bytes: Buffer): { readonly digests: readonly string[]; readonly size: number } {
  const fixed = name.endsWith('.fidx');
  const [length, at] = fixed ? [32, 0] : [40, 8];
  const entries = Array.from({ length: (bytes.length - 4096) / length }, (_, index) => 4096 + index * length);
  const last = entries.at(-1);
  const size = fixed ? bytes.readBigUInt64LE(64) : last === undefined ? 0n : bytes.readBigUInt64LE(last);
  return { digests: entries.map((entry) => bytes.toString('hex', entry + at, entry + at + 32)), size: Number(size) };
}

export function chunkPath(digest: string): string {
  return `.chunks/${digest.slice(0, 4)}/${digest}`;
}
