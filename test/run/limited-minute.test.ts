import { describe, expect, it } from 'vitest';
import { parseJob } from '../../lib/config/job-document.ts';
import type { ObjectWriter } from '../../lib/datastore/object-store.ts';
import { loadDefinition } from '../../lib/local/state-machine/load-definition.ts';
import { runMachine, type MachineOutcome, type MachineRun } from '../../lib/local/state-machine/run-machine.ts';
import { openPaces } from '../../lib/runtime/paces.ts';
import { finishRun } from '../../lib/sync/finish-run.ts';
import { limitsOf } from '../../lib/sync/limits.ts';
import type { FinishRunInput, NextGroupsInput, StartRunInput, SyncGroupInput } from '../../lib/sync/payloads.ts';
import { nextGroups } from '../../lib/sync/next-groups.ts';
import { loadPlan } from '../../lib/sync/run-files.ts';
import type { RemovalWorker } from '../../lib/sync/remove-vanished.ts';
import type { RunRef } from '../../lib/sync/run-store.ts';
import { startRun } from '../../lib/sync/start-run.ts';
import { syncGroup } from '../../lib/sync/sync-group.ts';
import { measure, type Sent } from '../limits/fleet.ts';
import { distant, simulate, skewedClock, type Simulation } from '../limits/simulation.ts';
import { DatastoreBuilder, vmSnapshot } from '../support/datastore-builder.ts';
import { faulty, type Call } from '../support/faulty.ts';
import { documentOf } from '../support/job-document.ts';
import { location } from '../support/locations.ts';
import { memoryLeaseStore } from '../support/memory-lease-store.ts';
import { callWorker, contents, memoryCloud, newRun, type AnyWorker, type MemoryCloud } from '../support/memory-run.ts';
import { seededRandom } from '../support/random.ts';

/** Bytes a second. */
const RATE = 200_000;
const MINUTE = 60_000;
const GROUPS = ['101', '102', '103', '104'];
const CHUNK_BYTES = 8 * 1024;
/** What all groups hold takes 75 seconds. */
const GROUP_CHUNKS = Math.ceil((75 * RATE) / GROUPS.length / CHUNK_BYTES);

async function fillSource(cloud: MemoryCloud): Promise<void> {
  const builder = new DatastoreBuilder(cloud.source, { seed: 'minute' });
  const disk = [GROUP_CHUNKS * CHUNK_BYTES];
  for (const id of GROUPS) {
    const vm = vmSnapshot({ id, time: Date.UTC(2025, 10, 1) / 1000 }, disk, { chunkBytes: CHUNK_BYTES });
    await builder.addSnapshot({ ...vm, compressible: 0 });
  }
}

interface Scene {
  readonly cloud: MemoryCloud;
  readonly run: RunRef;
  readonly simulation: Simulation;
  readonly sent: Sent[];
  readonly workers: { now: number; most: number };
}

/** What a function is given, by the clock of the simulation. */
function open({ cloud, run, simulation }: Scene): AnyWorker {
  return { ...callWorker(cloud, run), now: () => cloud.clock.now() + simulation.now() };
}

/** Runs the definition that a deploy puts in place, on functions whose datastores are in memory and whose time is simulated. */
async function play(workerThreads: number): Promise<Scene & { readonly outcome: MachineOutcome }> {
  const limited = { 'rate-out': RATE, 'worker-threads': workerThreads, 'start-batch-size': 0 };
  const document = documentOf('minute', location('main'), location('offsite'), { ...limited, 'transfers-in-flight': 4 });
  const cloud = memoryCloud(parseJob(document));
  await fillSource(cloud);
  const [simulation, run] = [simulate(), newRun(cloud)];
  const scene: Scene = { cloud, run, simulation, sent: [], workers: { now: 0, most: 0 } };
  const machine = runMachine({
    ...{ definition: await loadDefinition(document), handlers: functionsOf(scene), input: {} },
    ...{ executionName: run.id, startTime: run.startedAt, wait: (seconds) => simulation.sleep(seconds * 1000) },
    readPlan: (_bucket, key) => loadPlan(cloud.control, key),
  });
  return { ...scene, outcome: await simulation.runWhile(machine) };
}

function functionsOf(scene: Scene): MachineRun['handlers'] {
  const openPace = processes(scene);
  return {
    'start-run': async (payload) => {
      const { job, ...rest } = payload as StartRunInput | NextGroupsInput;
      if ('after' in rest) return nextGroups(rest.after, scene.cloud.control, open(scene));
      return { ...(await startRun({}, scene.cloud.control, open(scene))), job };
    },
    'sync-group': async (payload) => {
      const { job, item, cursor, place } = payload as SyncGroupInput;
      const worker = { ...open(scene), job: parseJob(job) };
      const { target, rest } = openPace(worker);
      const { workers } = scene;
      workers.most = Math.max(workers.most, (workers.now += 1));
      const output = await syncGroup(item, cursor, { ...worker, target }, place);
      workers.now -= 1;
      await rest();
      return { ...output, place: output.place ?? null };
    },
    'remove-vanished': () => Promise.reject(new Error('the job removes nothing')),
    'finish-run': (payload) => finishRun(payload as FinishRunInput, open(scene)),
  };
}

/** As on Lambda each worker is a process of its own, with clocks that agree with nobody's and leases of its own. */
function processes({ run, simulation, sent }: Scene) {
  const table = memoryLeaseStore();
  const source = seededRandom('minute');
  const random = (): number => source.fraction();
  return (worker: RemovalWorker): { target: ObjectWriter; rest: () => Promise<void> } => {
    const store = distant(table, simulation, () => 1 + random() * 10);
    const paces = openPaces(store, skewedClock(simulation, (random() - 0.5) * 2e9, random));
    const { write } = paces.open(limitsOf(worker.job).target, { counts: worker.requests.target, run: run.id, log: worker.log });
    const before = async ({ method, args }: Call): Promise<void> => {
      if (method !== 'put') return;
      const { length } = args[1] as Buffer;
      await write?.take(length);
      sent.push({ at: simulation.now(), amount: length });
    };
    return { target: faulty<ObjectWriter>(worker.target, { before }), rest: () => paces.rest() };
  };
}

describe.each([1, 4])('rate-out of a run of the state machine with %i workers', (workers) => {
  it('is met within 2 % over any minute in which there is work, and never passed by more than its burst', async () => {
    const { outcome, cloud, simulation, sent, workers: working } = await play(workers);
    expect(outcome).toMatchObject({ status: 'SUCCEEDED' });
    expect(contents(cloud.target)).toEqual(contents(cloud.source));
    expect(working.most).toBe(workers);

    const { excess, least } = measure(sent, simulation);
    const chunks = sent.filter(({ amount }) => amount >= CHUNK_BYTES);
    const span = { from: Math.ceil(chunks[0]!.at) + 2_000, to: Math.floor(chunks.at(-1)!.at) };
    expect(span.to - span.from).toBeGreaterThan(MINUTE + 5_000);
    expect(least(RATE, { ...span, length: MINUTE })).toBeGreaterThan(0.98);
    // A second's worth, which is 1.7 % of a minute's.
    expect(excess(RATE)).toBeLessThan(RATE);
  });
});
