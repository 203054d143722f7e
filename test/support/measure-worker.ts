import { hash } from 'node:crypto';
import { noRequests, type ObjectReader, type ObjectWriter, type StoredObject } from '../../lib/datastore/object-store.ts';
import { encodeBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { INDEX_HEADER_BYTES } from '../../lib/layouts/pbs/index-format.ts';
import { parseChunkKey } from '../../lib/layouts/pbs/keys.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { encodeManifest } from '../../lib/layouts/pbs/manifest.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { fixedConcurrency } from '../../lib/transfer/concurrency/fixed.ts';
import { BODY_BYTES, memoryBudget } from '../../lib/transfer/memory-budget.ts';
import { targetContent } from '../../lib/transfer/target-content.ts';
import { fixedClock } from './fixed-clock.ts';
import { groupItem } from './group-sync.ts';
import { job } from './locations.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { memoryRunStore } from './memory-run-store.ts';
import { day, nameOf } from './sample-store.ts';

// Run as a process of its own: syncs groups side by side, and prints by how much its memory grew.

/** What is synced, as the first argument tells in JSON. */
interface Measure {
  readonly groups: number;
  /** Chunks of each group, and how many of them go at once. */
  readonly references: number;
  readonly inFlight: number;
  /** One chunk in so many is large; the others have 64 bytes. */
  readonly largeEvery: number;
  readonly largeBytes: number;
}

const measure = JSON.parse(process.argv[2] ?? '{}') as Measure;
const INDEX = 'root.pxar.didx';

/** The content of chunk `number`, made anew each time: the source must not be what takes the memory. */
function contentOf(number: number): Buffer {
  const bytes = Buffer.alloc(number % measure.largeEvery === 0 ? measure.largeBytes : 64);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}

function shortName(digest: Buffer): number {
  return digest.readUIntBE(0, 6);
}

/** The index of one group's chunks (facts/pbs.md 1.5), made without any object that stays: what was allocated before hides what comes. */
function makeIndex(numbers: Map<number, number>, group: number): { index: Buffer; size: number } {
  const index = Buffer.alloc(INDEX_HEADER_BYTES + 40 * measure.references);
  index.write('1c914ea519bab3cd', 'hex');
  let size = 0;
  for (let entry = 0; entry < measure.references; entry += 1) {
    const number = group * measure.references + entry;
    const content = contentOf(number);
    const digest = hash('sha256', content, 'buffer');
    size += content.length;
    index.writeBigUInt64LE(BigInt(size), INDEX_HEADER_BYTES + 40 * entry);
    digest.copy(index, INDEX_HEADER_BYTES + 40 * entry + 8);
    numbers.set(shortName(digest), number);
  }
  hash('sha256', index.subarray(INDEX_HEADER_BYTES), 'buffer').copy(index, 32);
  return { index, size };
}

/** One snapshot of one group. */
async function addGroup(files: MemoryObjectStore, numbers: Map<number, number>, group: number): Promise<void> {
  const { index, size } = makeIndex(numbers, group);
  const id = String(100 + group);
  const folder = `.cnt/vm/${id}/${nameOf(1)}`;
  const file = { name: INDEX, checksum: index.toString('hex', 32, 64), size, cryptMode: 'none' } as const;
  await files.put(`.cnt/vm/${id}/owner`, Buffer.from('root@pam\n'));
  await files.put(`${folder}/${INDEX}`, index);
  await files.put(`${folder}/index.json.blob`, encodeManifest({ type: 'vm', id, time: day(1), files: [file], unprotected: {} }));
}

/** A datastore whose chunks are made when they are asked for. */
async function endlessSource(): Promise<ObjectReader> {
  const files = new MemoryObjectStore();
  const numbers = new Map<number, number>();
  for (let group = 0; group < measure.groups; group += 1) await addGroup(files, numbers, group);

  const makeChunk = async (digest: Buffer): Promise<StoredObject | undefined> => {
    // As over a network, what is asked for at once is in memory at once.
    await new Promise((resolve) => setImmediate(resolve));
    const number = numbers.get(shortName(digest));
    if (number === undefined) return undefined;
    const bytes = encodeBlob(contentOf(number), { compress: false });
    return { bytes, size: bytes.length, etag: 'made' };
  };
  return {
    head: (key) => files.head(key),
    list: (prefix, options) => files.list(prefix, options),
    get: (key, options) => {
      const digest = parseChunkKey(key);
      return digest === undefined ? files.get(key, options) : makeChunk(digest);
    },
  };
}

/** A target that keeps nothing of the chunks it is given. */
function forgetfulTarget(): { target: ObjectWriter; chunks: () => number } {
  const files = new MemoryObjectStore();
  let chunks = 0;
  const put = files.put.bind(files);
  const target = Object.assign(files, {
    put: async (...args: Parameters<ObjectWriter['put']>) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (!args[0].startsWith('.chunks/')) return put(...args);
      chunks += 1;
      return 'written' as const;
    },
  });
  return { target, chunks: () => chunks };
}

const source = await endlessSource();
const { target, chunks } = forgetfulTarget();
const clock = fixedClock();
const shared = {
  ...{ job: job({ transfersInFlight: measure.inFlight }), layout: pbsLayout, source, target, store: memoryRunStore() },
  ...{ control: new MemoryObjectStore(), content: targetContent(pbsLayout), budget: memoryBudget(BODY_BYTES), leaseMs: 60_000 },
  run: { job: 'daily-offsite', id: 'run', startedAt: new Date(clock.now()).toISOString() },
  now: () => clock.now(),
  stopReason: () => undefined,
  heedStop: () => Promise.resolve(),
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
};
globalThis.gc?.();
const before = process.memoryUsage.rss();
const outputs = await Promise.all(
  Array.from({ length: measure.groups }, (_, group) =>
    syncGroup(groupItem(`vm/${String(100 + group)}`), null, {
      ...shared,
      requests: { source: noRequests(), target: noRequests() },
      controller: fixedConcurrency(measure.inFlight),
    }),
  ),
);
const growth = process.resourceUsage().maxRSS * 1024 - before;
process.stdout.write(JSON.stringify({ done: outputs.every(({ done }) => done), chunks: chunks(), growth }));
