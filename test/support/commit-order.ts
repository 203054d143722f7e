import { zstdDecompressSync } from 'node:zlib';
import type { RequestRecord } from '../../lib/local/object-store/server.ts';
import { chunkPath, readIndex } from './sample.ts';

const MANIFEST = '/index.json.blob';
const BLOB_HEADER_BYTES = 12;
const ZSTD_MAGIC = '31b958426fb6a37f';

/**
 * What a manifest needs to be restorable, by key: its files, and the chunks of its indexes. Read by hand from the formats
 * (facts/pbs.md 1.2 to 1.6), apart from the code under test.
 */
export function neededBy(manifestKey: string, objects: ReadonlyMap<string, Buffer>): string[] {
  const folder = manifestKey.slice(0, -MANIFEST.length);
  const files = filesOf(objects.get(manifestKey)!).map((name) => ({ name, key: `${folder}/${name}` }));
  const chunks = files
    .filter(({ name }) => /\.[fd]idx$/.test(name))
    .flatMap(({ name, key }) => {
      const index = objects.get(key);
      return index === undefined ? [] : readIndex(name, index).digests.map(chunkPath);
    });
  return [...new Set([...files.map(({ key }) => key), ...chunks])];
}

function filesOf(manifest: Buffer): string[] {
  const body = manifest.subarray(BLOB_HEADER_BYTES);
  const isPacked = manifest.subarray(0, 8).toString('hex') === ZSTD_MAGIC;
  const { files } = JSON.parse((isPacked ? zstdDecompressSync(body) : body).toString()) as { files: { filename: string }[] };
  return files.map(({ filename }) => filename);
}

const isManifest = (key: string): boolean => key.startsWith('.cnt/') && key.endsWith(MANIFEST);

/** What a reader of these objects would miss; none: every visible snapshot is whole. */
export function findMissing(objects: ReadonlyMap<string, Buffer>): string[] {
  const manifests = [...objects.keys()].filter(isManifest);
  return manifests.flatMap((key) =>
    neededBy(key, objects)
      .filter((needed) => !objects.has(needed))
      .map((needed) => `${key} needs ${needed}`),
  );
}

/** When requests were received and answered, in ms of one clock. */
export interface TimedRequest extends RequestRecord {
  readonly startedAt: number;
  readonly endedAt: number;
}

export function timed(record: RequestRecord): TimedRequest {
  const endedAt = performance.now();
  return { ...record, endedAt, startedAt: endedAt - record.durationMs };
}

/**
 * Manifests that were sent before everything they need was there, from the server's own record of one run into an empty target.
 * A PUT counts from when it was received for a manifest, and from when it was answered for what it needs: one that was refused
 * because the object is there (412) counts like one that wrote it, since the answer to that one may have been lost.
 */
export function findEarly(requests: readonly TimedRequest[], prefix: string, copy: ReadonlyMap<string, Buffer>): string[] {
  const written = requests.filter(({ method, status }) => method === 'PUT' && (status === 200 || status === 412));
  const answered = new Map<string, number>();
  for (const { key, endedAt } of written) if (!answered.has(key)) answered.set(key, endedAt);
  const below = `${prefix}/`;
  const manifests = written.filter(({ key }) => key.startsWith(below) && isManifest(key.slice(below.length)));
  return manifests.flatMap(({ key, startedAt }) =>
    neededBy(key.slice(below.length), copy)
      .filter((needed) => !((answered.get(`${below}${needed}`) ?? Infinity) <= startedAt))
      .map((needed) => `${key} was written before ${needed}`),
  );
}
