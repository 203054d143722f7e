import type { RunRecord } from '../../lib/sync/run-store.ts';
import type { Random } from './random.ts';
import type { ServeWorld } from './serve-world.ts';
import type { SmallSource } from './source.ts';

const HOUR_MS = 3_600_000;

/** Two jobs in a chain, the first one by the hour, and one that follows backups: each to a target of its own. */
export const WEEK_JOBS = [
  { id: 'hourly', source: 'main', target: 'offsite', schedule: 'every 1h' },
  { id: 'chained', source: 'offsite', target: 'second', after: 'hourly' },
  { id: 'following', source: 'main', target: 'third', trigger: 'on-backup', settle: '1m', poll: '10m' },
];

export interface Week {
  readonly hours: number;
  readonly kills: number;
  readonly random: Random;
}

/** Lets the service live through so many hours and kills at random moments, with backups meanwhile and its schedule suspended for a while, and then come to rest. */
export async function liveThrough(world: ServeWorld, source: SmallSource, { hours, kills, random }: Week): Promise<void> {
  const end = world.now() + hours * HOUR_MS;
  for (let killed = 0; killed < kills || world.now() < end; killed++) {
    if (killed === Math.floor(kills / 2)) await world.suspend('hourly');
    if (killed === Math.floor(kills / 2) + 4) await world.resume('hourly');
    const service = world.fast('serve', '--no-page');
    await service.says('serving 3 jobs');
    if (killed % 5 === 0) await source.addOne();
    // From the middle of its first look to the middle of what its runs do.
    await world.pass(random.below(3 * HOUR_MS));
    service.kill(killed < kills ? 'SIGKILL' : 'SIGTERM');
    await service.ended;
  }
  await comeToRest(world);
}

/** Its schedule is suspended, and a person starts the last run: when all has ended, every copy should be the source. */
async function comeToRest(world: ServeWorld): Promise<void> {
  await world.suspend('hourly');
  const service = world.fast('serve', '--no-page');
  await service.says('serving 3 jobs');
  await world.fast('run', 'hourly').ended;
  const rested = async (): Promise<boolean> => {
    const runs = await Promise.all(WEEK_JOBS.map(({ id }) => world.runs(id)));
    return runs.flat().every(({ endedAt }) => endedAt !== undefined);
  };
  // The end of one run may begin another.
  for (let quiet = 0; quiet < 3;) {
    await world.pass(HOUR_MS);
    quiet = (await rested()) ? quiet + 1 : 0;
  }
  service.kill('SIGTERM');
  await service.ended;
}

/** What a service that loses nothing and doubles nothing leaves behind, read from its records alone: faults, none if all is well. */
export function faultsOfWeek(hourly: readonly RunRecord[], chained: readonly RunRecord[]): string[] {
  return [
    ...[...hourly, ...chained].flatMap(({ id, state }) =>
      state === 'ok' || state === 'skipped' ? [] : [`run ${id} ended as ${state}`],
    ),
    ...faultsOfTicks(hourly),
    ...faultsOfChain(hourly, chained),
  ];
}

const SUSPENDED = /suspended since/;
const SERVED_BY = /is served by run (\S+)/;

/**
 * Each hour is served by one run, named among those that it missed, or has a run of its own that says which later one serves it: a run
 * that was killed between its claim and its record may find that another one has gone on with the next tick meanwhile.
 */
function faultsOfTicks(runs: readonly RunRecord[]): string[] {
  const scheduled = runs.filter(({ scheduledTime, message = '' }) => scheduledTime !== undefined && !SUSPENDED.test(message));
  const isTold = (run: RunRecord): boolean => runs.some(({ id }) => id === servedBy(run));
  const told = new Set(scheduled.filter(isTold).map(hourOf));
  const served = scheduled
    .filter((run) => servedBy(run) === undefined)
    .flatMap((run) => hoursOf(run).map((hour) => ({ hour, id: run.id })));
  const hours = served.map(({ hour }) => hour);
  const first = Math.min(...hours);
  const all = Array.from({ length: Math.max(...hours) - first + 1 }, (_, at) => first + at);
  return all.flatMap((hour) => {
    const by = served.filter((each) => each.hour === hour).map(({ id }) => id);
    const time = new Date(hour * HOUR_MS).toISOString();
    if (by.length > 1) return [`the tick of ${time} is served by ${by.join(' and ')}`];
    return by.length === 1 || told.has(hour) ? [] : [`nothing is known of the tick of ${time}`];
  });
}

const hourOf = ({ scheduledTime = '' }: RunRecord): number => Date.parse(scheduledTime) / HOUR_MS;

/** Its own, and those that it missed. */
function hoursOf(run: RunRecord): number[] {
  return Array.from({ length: (run.missed?.count ?? 0) + 1 }, (_, back) => hourOf(run) - back);
}

/** The run that a skipped one names as that which serves its tick. */
function servedBy({ state, message = '' }: RunRecord): string | undefined {
  return state === 'skipped' ? SERVED_BY.exec(message)?.[1] : undefined;
}

function faultsOfChain(hourly: readonly RunRecord[], chained: readonly RunRecord[]): string[] {
  const good = hourly.filter(({ state }) => state === 'ok').map(({ id }) => `hourly/${id}`);
  const followed = chained.map(({ afterRun }) => afterRun ?? '');
  return [
    // What ended while the service was down is followed by one run, after the latest of it.
    ...good
      .filter((_, index) => !good.slice(index).some((run) => followed.includes(run)))
      .map((run) => `nothing came after ${run}`),
    ...followed.filter((run) => !good.includes(run)).map((run) => `something came after ${run}, which did not end well`),
    ...followed.filter((run, index) => followed.indexOf(run) !== index).map((run) => `two runs came after ${run}`),
  ];
}
