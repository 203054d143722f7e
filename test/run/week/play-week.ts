import type { Definition } from '../../../lib/local/state-machine/definition.ts';
import { loadDefinition } from '../../../lib/local/state-machine/load-definition.ts';
import { runMachine } from '../../../lib/local/state-machine/run-machine.ts';
import { loadPlan } from '../../../lib/sync/run-files.ts';
import { simulate, type Simulation } from '../../limits/simulation.ts';
import { memoryCloud, type MemoryCloud } from '../../support/memory-run.ts';
import { backUp } from './back-up.ts';
import type { Arrival, Pause, Week } from './draw-week.ts';
import { openExecution } from './execution.ts';
import { weekFunctions } from './functions.ts';
import { DAY_MS, FROM, JOB_IDS, UNTIL, weekJob } from './scene.ts';
import type { Seen } from './trace.ts';

export interface Played {
  readonly seen: readonly Seen[];
  readonly cloud: MemoryCloud;
}

interface Stage extends Played {
  readonly simulation: Simulation;
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly seen: Seen[];
  /** At this time (epoch ms). */
  readonly at: (time: number, event: () => Promise<void>) => void;
}

/** Plays a week through the state machine as a deploy of each job puts it in place, on datastores and a table in memory. */
export async function playWeek(week: Week): Promise<Played> {
  const simulation = simulate();
  const failures: unknown[] = [];
  const stage: Stage = {
    ...{ simulation, seen: [] },
    cloud: { ...memoryCloud(), clock: { now: () => FROM + simulation.now(), advance: () => undefined } },
    definitions: new Map(await Promise.all(JOB_IDS.map((id) => defined(id, week)))),
    at: (time, event) => {
      simulation.at(time - FROM, () => void event().catch((error: unknown) => void failures.push(error)));
    },
  };
  for (const night of await backUp(week.backups)) stage.at(night.at, () => night.save(stage.cloud.source));
  for (const pause of week.pauses) suspend(pause, stage);
  for (const [index, arrival] of week.arrivals.entries()) {
    stage.at(arrival.at, () => execute(arrival, `${arrival.job}-${String(index)}`, stage));
  }
  await simulation.run(UNTIL + 3 * DAY_MS - FROM);
  if (failures.length > 0) throw new AggregateError(failures, 'the week could not be played');
  return stage;
}

async function defined(id: string, { options }: Week): Promise<[string, Definition]> {
  return [id, await loadDefinition(weekJob(id, options[id]))];
}

function suspend({ job, from, until, runsOut }: Pause, { cloud: { store }, seen, at }: Stage): void {
  const iso = (time: number): string => new Date(time).toISOString();
  at(from, async () => {
    await store.saveSuspension(job, { since: iso(from), ...(runsOut && { until: iso(until) }) });
    seen.push({ at: from, what: 'suspended', job });
  });
  at(until, async () => {
    if (!runsOut) await store.removeSuspension(job);
    seen.push({ at: until, what: 'resumed', job });
  });
}

async function execute(arrival: Arrival, id: string, { simulation, cloud, definitions, seen }: Stage): Promise<void> {
  const now = (): number => cloud.clock.now();
  const execution = openExecution(arrival, {
    see: (each) => void seen.push({ at: now(), run: id, ...each }),
    sleep: (ms) => simulation.sleep(ms),
  });
  execution.see({ what: 'begins', arrival });
  if (arrival.diesAfterMs !== undefined) simulation.at(simulation.now() + arrival.diesAfterMs, () => execution.die());
  const definition = definitions.get(arrival.job);
  if (definition === undefined) throw new Error(`there is no job ${arrival.job}`);
  const { status } = await runMachine({
    ...{ definition, input: arrival.input, executionName: id, startTime: new Date(now()).toISOString() },
    ...{ handlers: weekFunctions(execution, cloud), wait: (seconds) => simulation.sleep(seconds * 1000) },
    readPlan: (_bucket, key) => loadPlan(cloud.control, key),
  });
  execution.end(status);
}
