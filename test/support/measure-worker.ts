import { hash } from 'node:crypto';
import { noRequests, type ObjectReader, type ObjectWriter, type StoredObject } from '../../lib/datastore/object-store.ts';
import { encodeBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { INDEX_HEADER_BYTES } from '../../lib/layouts/pbs/index-format.ts';
import { parseChunkKey } from '../../lib/layouts/pbs/keys.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { encodeManifest } from '../../lib/layouts/pbs/manifest.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { fixedConcurrency } from '../../lib/transfer/concurrency/fixed.ts';
import { memoryBudget } from '../../lib/transfer/memory-budget.ts';
import { targetContent } from '../../lib/transfer/target-content.ts';
import { fixedClock } from './fixed-clock.ts';
import { groupItem } from './group-sync.ts';
import { job } from './locations.ts';
import { MemoryObjectStore } from './memory-object-store.ts';
import { memoryRunStore } from './memory-run-store.ts';
import { day, nameOf } from './sample-store.ts';

// Run as a process of its own: syncs one group of a hundred thousand chunks and prints by how much its memory grew.

const REFERENCES = 100_000;
/** One chunk in so many is as large as a chunk may be. */
const LARGE_EVERY = 4000;
const LARGE_BYTES = 16 * 1024 * 1024;
const INDEX = 'root.pxar.didx';

/** The content of chunk `number`, made anew each time: the source must not be what takes the memory. */
function contentOf(number: number): Buffer {
  const bytes = Buffer.alloc(number % LARGE_EVERY === 0 ? LARGE_BYTES : 64);
  bytes.writeUInt32LE(number, 0);
  return bytes;
}

function shortName(digest: Buffer): number {
  return digest.readUIntBE(0, 6);
}

/** The index of all chunks (facts/pbs.md 1.5), made without any object that stays: what was allocated before hides what comes. */
function makeIndex(numbers: Map<number, number>): { index: Buffer; size: number } {
  const index = Buffer.alloc(INDEX_HEADER_BYTES + 40 * REFERENCES);
  index.write('1c914ea519bab3cd', 'hex');
  let size = 0;
  for (let number = 0; number < REFERENCES; number += 1) {
    const content = contentOf(number);
    const digest = hash('sha256', content, 'buffer');
    size += content.length;
    index.writeBigUInt64LE(BigInt(size), INDEX_HEADER_BYTES + 40 * number);
    digest.copy(index, INDEX_HEADER_BYTES + 40 * number + 8);
    numbers.set(shortName(digest), number);
  }
  hash('sha256', index.subarray(INDEX_HEADER_BYTES), 'buffer').copy(index, 32);
  return { index, size };
}

/** A datastore of one snapshot whose chunks are made when they are asked for. */
async function endlessSource(): Promise<ObjectReader> {
  const files = new MemoryObjectStore();
  const numbers = new Map<number, number>();
  const { index, size } = makeIndex(numbers);
  const folder = `.cnt/vm/100/${nameOf(1)}`;
  const file = { name: INDEX, checksum: index.toString('hex', 32, 64), size, cryptMode: 'none' } as const;
  await files.put('.cnt/vm/100/owner', Buffer.from('root@pam\n'));
  await files.put(`${folder}/${INDEX}`, index);
  await files.put(
    `${folder}/index.json.blob`,
    encodeManifest({ type: 'vm', id: '100', time: day(1), files: [file], unprotected: {} }),
  );

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
globalThis.gc?.();
const before = process.memoryUsage.rss();
const clock = fixedClock();
const { done } = await syncGroup(groupItem(), null, {
  ...{ job: job({ transfersInFlight: 4 }), layout: pbsLayout, source, target, store: memoryRunStore(), leaseMs: 60_000 },
  run: { job: 'daily-offsite', id: 'run', startedAt: new Date(clock.now()).toISOString() },
  requests: { source: noRequests(), target: noRequests() },
  ...{ control: new MemoryObjectStore(), content: targetContent(pbsLayout), budget: memoryBudget(96 * 1024 * 1024) },
  controller: fixedConcurrency(4),
  now: () => clock.now(),
  stopReason: () => undefined,
  log: { info: () => undefined, warn: () => undefined, error: () => undefined },
});
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ done, chunks: chunks(), growth: peak - before }));
