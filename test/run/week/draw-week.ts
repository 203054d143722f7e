import { seededRandom, type Random } from '../../support/random.ts';
import { DAY_MS, type Firing, FROM, HOUR_MS, JOB_IDS, MINUTE_MS, UNTIL, type WeekOptions } from './scene.ts';

/** One execution that is started. */
export interface Arrival {
  readonly job: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly input: Readonly<Record<string, unknown>>;
  /** How long it takes to write a chunk, and to read a page of a listing. */
  readonly putMs: number;
  readonly listMs: number;
  /** Its execution is gone so long after its start, without a word. */
  readonly diesAfterMs: number | undefined;
  /** The function that makes this request of the table or a bucket, counted over the run, dies with it; the machine calls it again. */
  readonly crashAt: number | undefined;
}

/** While it holds, nothing starts its job by itself; `undefined` is all jobs. */
export interface Pause {
  readonly job: string | undefined;
  readonly from: number;
  readonly until: number;
  /** It runs out by itself, in the place of being taken away. */
  readonly runsOut: boolean;
}

/** What happens in a week. */
export interface Week {
  readonly options: Readonly<Record<string, WeekOptions>>;
  readonly arrivals: readonly Arrival[];
  readonly pauses: readonly Pause[];
  /** When each group is backed up at the source. */
  readonly backups: readonly number[];
}

/** What a job says when it says nothing comes up more often. */
const OVERLAPS = ['skip', 'queue', 'queue', 'parallel'] as const;

/** The same seed draws the same week. */
export function drawWeek(seed: string, firings: readonly Firing[]): Week {
  const random = seededRandom('week', seed);
  const options = JOB_IDS.map((job) => [job, { overlap: oneOf(random, OVERLAPS), 'queue-depth': random.below(3) }] as const);
  const backups = drawBackups(random);
  const arrivals = [...firings.flatMap((firing) => drawDeliveries(firing, random)), ...drawManual(backups, random)];
  return {
    ...{ options: Object.fromEntries(options), pauses: drawPauses(random), backups },
    arrivals: [...arrivals, ...LAST_RUNS].toSorted((a, b) => a.at - b.at),
  };
}

function drawBackups(random: Random): number[] {
  const later = Array.from({ length: 9 }, (_, index) => FROM + (index + 1) * 16 * HOUR_MS + random.below(12 * HOUR_MS));
  return [FROM, ...later];
}

function oneOf<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[random.below(values.length)] ?? values[0];
}

/** In time, or within the window; lost; hours late; twice. */
function drawDeliveries({ job, time, input, windowMs }: Firing, random: Random): Arrival[] {
  const fate = random.fraction();
  const arrival = (at: number): Arrival => ({ job, at, input, ...drawFate(random) });
  const first = time + random.below(windowMs + 5000);
  if (fate < 0.08) return [];
  if (fate < 0.16) return [arrival(time + 20 * MINUTE_MS + random.below(14 * HOUR_MS))];
  if (fate < 0.3)
    return [arrival(first), arrival(first + (random.below(2) === 0 ? random.below(3000) : random.below(9 * HOUR_MS)))];
  return [arrival(first)];
}

const MANUAL = [
  {},
  {},
  { 'dry-run': true },
  { overlap: 'parallel' },
  { overlap: 'skip' },
  { overlap: 'queue', 'queue-depth': 2 },
];

/** After some backups a person starts one run after the other, so that there is much to wait for. */
function drawManual(backups: readonly number[], random: Random): Arrival[] {
  return JOB_IDS.flatMap((job) =>
    [random.below(backups.length), random.below(backups.length)].flatMap((backup) =>
      MANUAL.map((input) => ({ job, at: (backups[backup] ?? FROM) + random.below(3 * HOUR_MS), input, ...drawFate(random) })),
    ),
  );
}

/** Some are quick; of the others, some need hours to upload, and minutes to plan. */
function drawFate(random: Random): Pick<Arrival, 'putMs' | 'listMs' | 'diesAfterMs' | 'crashAt'> {
  const isSlow = random.fraction() < 0.8;
  return {
    putMs: isSlow ? 30_000 + random.below(45_000) : 20,
    listMs: isSlow && random.below(2) === 0 ? 1000 + random.below(25_000) : 10,
    diesAfterMs: random.fraction() < 0.12 ? random.below(isSlow ? 3 * HOUR_MS : 2000) : undefined,
    crashAt: random.fraction() < 0.25 ? 1 + random.below(80) : undefined,
  };
}

function drawPauses(random: Random): Pause[] {
  const jobs = [...JOB_IDS, undefined];
  return jobs.map((job, index) => {
    const from = FROM + (index * 2 + 1) * DAY_MS + random.below(DAY_MS);
    return { job, from, until: from + (2 + random.below(20)) * HOUR_MS, runsOut: random.below(2) === 0 };
  });
}

/** When all else is over, a person starts each job: then nothing may be missing on the target. */
const LAST_RUNS: readonly Arrival[] = JOB_IDS.map((job, index) => ({
  ...{ job, at: UNTIL + DAY_MS + index * HOUR_MS, input: {} },
  ...{ putMs: 20, listMs: 10, diesAfterMs: undefined, crashAt: undefined },
}));
