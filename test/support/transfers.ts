import { createHash } from 'node:crypto';
import type { Phase, Transfer } from '../../lib/datastore/layout.ts';
import { DataError } from '../../lib/errors.ts';
import { chunkKey } from '../../lib/layouts/pbs/keys.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import type { ConcurrencyController } from '../../lib/transfer/concurrency/controller.ts';
import type { PhaseOptions } from '../../lib/transfer/run-phase.ts';
import { memoryBudget } from '../../lib/transfer/memory-budget.ts';
import { openSlots } from '../../lib/transfer/slots.ts';
import { noTransfers } from '../../lib/transfer/tally.ts';
import { targetContent } from '../../lib/transfer/target-content.ts';
import { MemoryObjectStore } from './memory-object-store.ts';

/** Content number `number`, which its digest names. */
export function contentOf(number: number): Buffer {
  return Buffer.from(`content ${String(number)}`);
}

export function digestOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}

export function expectDigest(digest: Buffer): (bytes: Buffer) => void {
  return (bytes) => {
    if (digestOf(bytes).equals(digest)) return;
    throw new DataError('CHUNK_DIGEST_MISMATCH', `${digest.toString('hex')} is damaged`, {
      context: { digest: digest.toString('hex') },
    });
  };
}

/** The transfer of content number `number`, verified against its name. */
export function chunk(number: number): Transfer {
  const digest = digestOf(contentOf(number));
  const key = chunkKey(digest);
  const absent = () => Promise.resolve(new DataError('CHUNK_MISSING', `content ${String(number)} is not there`));
  return { sourceKey: key, targetKey: key, title: `content ${String(number)}`, digest, verify: expectDigest(digest), absent };
}

/** The transfer of a file that has a name of its own. */
export function file(name: string, members: Partial<Transfer> = {}): Transfer {
  const absent = () => Promise.resolve(new DataError('ARCHIVE_MISSING', `${name} is not there`));
  return { sourceKey: name, targetKey: name, title: name, absent, ...members };
}

export function phaseOf(transfers: readonly Transfer[]): Phase {
  return { name: 'chunks', commits: false, resumable: true, transfers: () => transfers };
}

export async function sourceWith(numbers: Iterable<number>): Promise<MemoryObjectStore> {
  const source = new MemoryObjectStore({ bucket: 'source', prefix: 'main' });
  for (const number of numbers) await source.put(chunk(number).sourceKey, contentOf(number));
  source.counts.put = 0;
  return source;
}

export interface TestOptions extends Partial<PhaseOptions> {
  /** Transfers at once. */
  readonly limit?: number;
}

/** What a phase runs with when nothing is said: no stop, no faults, four transfers at once. */
export function options(
  source: MemoryObjectStore,
  target: MemoryObjectStore,
  { limit = 4, ...members }: TestOptions = {},
): PhaseOptions {
  const slots = openSlots({ controller: controlled(limit), budget: memoryBudget(2 ** 30), now: () => 0, meter: () => 'moved' });
  return {
    ...{ source, target, tally: noTransfers(), content: targetContent(pbsLayout), distrust: false, turn: 0 },
    slots: { acquire: (bytes) => slots.acquire(0, bytes) },
    stop: () => false,
    beat: () => Promise.resolve(),
    ...members,
  };
}

/** So many transfers at once, come what may. */
export function controlled(limit: number): ConcurrencyController {
  return { limit, begun: () => undefined, ended: () => undefined };
}
