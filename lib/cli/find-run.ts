import { nearestKey, suggestKey } from '../config/nearest-key.ts';
import { ConfigError } from '../errors.ts';
import { mapAhead } from '../sync/map-ahead.ts';
import type { RunRecord, RunStore } from '../sync/run-store.ts';

/** Runs of each job that are searched: fewer when all jobs are. */
const SEARCHED_OF_ALL = 100;
const SEARCHED_OF_ONE = 5_000;

const JOBS_AT_ONCE = 16;
const MAX_NAMED = 5;

const LATEST = 'latest';

/**
 * The run that somebody means: by its id or a beginning of it that no other run has, by `latest`, or by `<job>/` and either of them.
 * Throws a `ConfigError` RUN_UNKNOWN or RUN_AMBIGUOUS.
 */
export async function findRun(text: string, jobs: readonly string[], store: Pick<RunStore, 'listRuns'>): Promise<RunRecord> {
  const slash = text.lastIndexOf('/');
  const [of, name] = slash < 0 ? [jobs, text] : [[text.slice(0, slash)], text.slice(slash + 1)];
  if (of.includes(name)) return findRun(LATEST, [name], store);
  const found = await listAll(of, name === LATEST ? 1 : of.length === 1 ? SEARCHED_OF_ONE : SEARCHED_OF_ALL, store);
  const [newest] = found.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  if (name === LATEST && newest !== undefined) return newest;
  return only(name, found, { of, jobs });
}

async function listAll(jobs: readonly string[], limit: number, store: Pick<RunStore, 'listRuns'>): Promise<readonly RunRecord[]> {
  const runs = await Array.fromAsync(mapAhead(jobs, JOBS_AT_ONCE, (job) => store.listRuns(job, limit)));
  return runs.flat();
}

/** The jobs that were searched, and all there are. */
interface Searched {
  readonly of: readonly string[];
  readonly jobs: readonly string[];
}

function only(name: string, found: readonly RunRecord[], searched: Searched): RunRecord {
  const exact = found.filter(({ id }) => id === name);
  const matching = exact.length > 0 ? exact : found.filter(({ id }) => id.startsWith(name) && name !== '');
  const [first, ...others] = matching;
  if (first === undefined) {
    throw new ConfigError('RUN_UNKNOWN', unknownText(name, searched));
  }
  if (others.length === 0) return first;
  const names = matching.slice(0, MAX_NAMED).map(({ job, id }) => `${job}/${id}`);
  throw new ConfigError(
    'RUN_AMBIGUOUS',
    `${String(matching.length)} runs begin with ${name}: ${names.join(', ')}; write more of it`,
  );
}

/** Who mistypes the name of a job is taken to mean a run. */
function unknownText(name: string, { of, jobs }: Searched): string {
  const [job = '', ...others] = of;
  if (others.length === 0 && !jobs.includes(job)) return `job ${job} has no run ${name}; ${suggestKey(job, jobs)}`;
  if (name === LATEST) return others.length === 0 ? `job ${job} has never run` : 'no job has ever run';
  const last = others.length === 0 ? `of job ${job}` : `among the last ${String(SEARCHED_OF_ALL)} of each job`;
  const near = nearestKey(name, jobs);
  const meant = near === undefined ? '' : `; did you mean job ${near}?`;
  return `there is no run ${name} ${last}; flotilla history ${others.length === 0 ? job : '<job>'} lists them${meant}`;
}
