import type { ListedObject, ObjectReader } from '../../lib/datastore/object-store.ts';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { planRemoval } from '../../lib/sync/plan-removal.ts';
import { planItem, planRun } from '../../lib/sync/plan-run.ts';
import { job } from './locations.ts';
import { memoryRunStore } from './memory-run-store.ts';

// Run as a process of its own, which is given little memory: plans a run over 10,000 groups of 100 snapshots on either side, or
// the removal of a quarter of them, from listings that are made while they are read.

const GROUPS = 10_000;
const SNAPSHOTS = 100;
const FILES = ['client.log.blob', 'drive-scsi0.img.fidx', 'index.json.blob', 'qemu-server.conf.blob'];
const PAGE_KEYS = 1000;

function* keys(snapshots: number): Generator<ListedObject> {
  const names = Array.from({ length: GROUPS }, (_, at) => `vm/${String(at)}/`).sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    for (let hour = SNAPSHOTS - snapshots; hour < SNAPSHOTS; hour += 1) {
      const time = new Date(Date.UTC(2025, 0, 1, hour)).toISOString().replace('.000Z', 'Z');
      for (const file of FILES) yield { key: `.cnt/${name}${time}/${file}`, size: 1000, etag: '0'.repeat(32) };
    }
    yield { key: `.cnt/${name}owner`, size: 9, etag: '1'.repeat(32) };
  }
}

/** A side that has the newest so many snapshots of each group. */
function listing(snapshots: number): ObjectReader {
  return {
    async *list(prefix) {
      if (prefix !== '.cnt/') return;
      let page: ListedObject[] = [];
      for (const object of keys(snapshots)) {
        page.push(object);
        if (page.length < PAGE_KEYS) continue;
        yield page;
        page = [];
      }
      yield page;
    },
    head: () => Promise.resolve(undefined),
    get: () => Promise.resolve(undefined),
  };
}

async function plan(): Promise<number> {
  const sides = {
    job: job(),
    layout: pbsLayout,
    source: listing(SNAPSHOTS),
    target: listing(SNAPSHOTS),
    store: memoryRunStore(),
  };
  const line = { layout: pbsLayout, at: new Date(0).toISOString() };
  let groups = 0;
  for await (const planned of planRun(sides)) groups += planItem(planned, line) === undefined ? 1 : 0;
  return groups;
}

async function removal(): Promise<number> {
  const sides = { source: listing((SNAPSHOTS * 3) / 4), target: listing(SNAPSHOTS), held: GROUPS * SNAPSHOTS };
  const { removals } = await planRemoval({ job: job({ removeVanished: true }), layout: pbsLayout, ...sides });
  return Buffer.from(JSON.stringify(removals)).length > 0 ? removals.length : 0;
}

console.log(await (process.argv[2] === 'removal' ? removal() : plan()));
