import { describe, expect, it } from 'vitest';
import { noRequests } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { cheapestWay, HEADS_PER_LIST } from '../../lib/transfer/search-cost.ts';
import { targetContent } from '../../lib/transfer/target-content.ts';
import { vmSnapshot, type SnapshotSpec } from '../support/datastore-builder.ts';
import { recorder } from '../support/faulty.ts';
import { memoryCloud, runJob, type MemoryCloud } from '../support/memory-run.ts';
import { builderOf, day, fill, fillContent } from '../support/sample-store.ts';

const CHUNKS = 100;

function machine(id: number, number: number): SnapshotSpec {
  const shape = { chunkBytes: 4096 };
  return vmSnapshot({ id: String(id), time: day(number), changed: 0.02 }, [CHUNKS * 4096], shape);
}

/** So many machines whose last night is on the target, and whose newest night, 2 % new, is not; the target has other things too. */
async function nextNight(machines: number, others: number): Promise<{ cloud: MemoryCloud; newChunks: number }> {
  const cloud = memoryCloud({ workerThreads: 2, transfersInFlight: 4 });
  const builder = builderOf(cloud.source);
  const ids = Array.from({ length: machines }, (_, at) => 100 + at);
  await fill(
    cloud.source,
    ids.map((id) => machine(id, 1)),
    builder,
  );
  await runJob(cloud);
  await fillContent(cloud.target, others);
  let newChunks = 0;
  for (const id of ids) newChunks += (await builder.addSnapshot(machine(id, 2))).newChunks;
  for (const side of [cloud.source, cloud.target, cloud.control]) Object.assign(side.counts, noRequests());
  return { cloud, newChunks };
}

describe('the search for what the target has', () => {
  it('is one sweep for all groups where they share what it shows: what moves is read and written once, and nothing else', async () => {
    const machines = 10;
    const { cloud, newChunks } = await nextNight(machines, 1500);
    const passed = recorder();
    const { report } = await runJob(cloud, { faults: passed, content: targetContent(pbsLayout) });
    // The new chunks, and of each machine a manifest, an index and its configuration.
    const moved = newChunks + machines * 3;
    expect([report.state, report.tally.chunks]).toEqual(['ok', newChunks]);
    expect(cloud.source.counts).toEqual({ ...noRequests(), list: machines + 1, get: moved });
    const listings = passed.calls.filter(({ method, args }) => method === 'list' && args[0] === '.chunks/');
    const pages = Math.ceil((machines * CHUNKS + 1500) / 1000);
    expect(cloud.target.counts).toMatchObject({ head: 0, get: 0, put: moved });
    // One page to measure by, then all of them, once for the run.
    expect(listings.length).toBe(1 + pages + 1);
  });

  it('is one sweep for a run whose workers are processes of their own too: the others read what it left', async () => {
    const machines = 10;
    const { cloud } = await nextNight(machines, 1500);
    await runJob(cloud);
    const pages = Math.ceil((machines * CHUNKS + 1500) / 1000);
    const listings = cloud.target.counts.list - machines - 2;
    // Two groups are at work at once, and may both find nothing yet.
    expect(listings).toBeLessThanOrEqual(machines + 2 * pages);
    expect(cloud.target.counts).toMatchObject({ head: 0, get: 0 });
  });

  it('asks no empty target for anything', async () => {
    const cloud = memoryCloud({ workerThreads: 2 });
    await fill(cloud.source, [machine(100, 1), machine(101, 1), machine(100, 2)]);
    await runJob(cloud, { content: targetContent(pbsLayout) });
    expect(cloud.target.counts).toMatchObject({ head: 0, get: 0 });
  });

  it('takes each way where that is the cheapest', () => {
    const facts = { objects: 10_000, unknown: 500, spent: 0, sharers: 1, indexes: 4 };
    // Ten pages cost as much as 125 questions; four requests leave about one chunk in twenty to be asked for.
    expect(cheapestWay(facts)).toBe('indexes');
    expect(cheapestWay({ ...facts, unknown: 4 })).toBe('heads');
    expect(cheapestWay({ ...facts, indexes: undefined })).toBe('sweep');
    expect(cheapestWay({ ...facts, unknown: 4096 })).toBe('sweep');
    expect(cheapestWay({ ...facts, sharers: 5 })).toBe('sweep');
    expect(cheapestWay({ ...facts, objects: 1_000_000, sharers: 5 })).toBe('indexes');
    expect(cheapestWay({ ...facts, spent: 10 * HEADS_PER_LIST })).toBe('sweep');
  });
});
