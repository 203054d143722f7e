import { endedWell } from '../../sync/report/report.ts';
import { parseJob, type JobDocument } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import { FlotillaError, formatErrorChain } from '../../errors.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import type { Facts, ServedJob } from '../../serve/served-job.ts';
import { iso } from '../../sync/iso.ts';
import { activeSuspension } from '../../sync/suspension.ts';
import { openSince, pollWritten } from '../../sync/written-groups.ts';
import type { CliContext } from '../context.ts';

/** Runs that are looked through for those that ended well since. */
const RECENT_RUNS = 100;

export interface FactsWorld {
  readonly cloud: Pick<EmbeddedCloud, 'store' | 'services'>;
  readonly configuration: () => Pick<Configuration, 'jobs'>;
  readonly jobs: () => readonly ServedJob[];
  readonly context: Pick<CliContext, 'now' | 'stop'>;
  readonly wake: () => void;
  readonly log: { warn(message: string): void };
}

export interface WatchedFacts {
  /** Undefined, and said, when the table cannot be read: what is due then is decided at the next look. */
  readonly look: () => Promise<Facts | undefined>;
  /** Resolves when no poll is under way. */
  readonly rest: () => Promise<void>;
}

/** Looks at the table; and begins the polls that are due, whose answers are in the table at a later look. */
export function watchFacts(world: FactsWorld): WatchedFacts {
  const polls = startPolls(world);
  const look = async (): Promise<Facts | undefined> => {
    polls.begin();
    try {
      return { ...(await lookAtTable(world)), nextPoll: polls.next() };
    } catch (error) {
      tell('could not look at what is due, and will again in a minute', error, world);
      return undefined;
    }
  };
  return { look, rest: polls.rest };
}

/** What is no bug is told, and the service goes on. */
function tell(what: string, error: unknown, { log }: Pick<FactsWorld, 'log'>): void {
  if (!(error instanceof FlotillaError)) throw error;
  log.warn(`${what}: ${error.code}: ${formatErrorChain(error)}`);
}

async function lookAtTable({ cloud, configuration, jobs, context }: FactsWorld): Promise<Omit<Facts, 'nextPoll'>> {
  const { store, services } = cloud;
  const endedWell = new Map<string, readonly string[]>();
  for (const other of new Set(jobs().flatMap(({ after }) => after))) endedWell.set(other, await listEndedWell(store, other));
  const suspended = new Set<string>();
  for (const { id } of jobs()) if ((await activeSuspension(store, id, context.now())) !== undefined) suspended.add(id);
  const open = new Map<string, readonly number[]>();
  for (const { id, onBackup } of jobs()) {
    const document = onBackup === undefined ? undefined : documentOf(id, configuration());
    const looking = { store, now: () => context.now(), leaseMs: services.leaseMs };
    if (document !== undefined) open.set(id, await openSince({ ...looking, job: parseJob(document) }));
  }
  return {
    now: context.now(),
    isSuspended: (job) => suspended.has(job),
    endedWell: (job) => endedWell.get(job),
    openSince: (job) => open.get(job) ?? [],
  };
}

async function listEndedWell(store: EmbeddedCloud['store'], job: string): Promise<readonly string[]> {
  const runs = await store.listRuns(job, RECENT_RUNS);
  const good = runs.filter(({ state, endedAt }) => endedAt !== undefined && endedWell(state));
  return good.filter(({ dryRun }) => dryRun !== true).map(({ id }) => id);
}

/** One poll of a job at a time, beside everything else: to list a large source may take minutes. */
function startPolls(world: FactsWorld) {
  const { context, jobs, wake } = world;
  const dueAt = new Map<string, number>();
  const underWay = new Map<string, Promise<void>>();
  const begin = ({ id, onBackup }: ServedJob): void => {
    if (onBackup === undefined || underWay.has(id) || !isDue(dueAt.get(id), onBackup.pollMs, context.now())) return;
    dueAt.set(id, context.now() + onBackup.pollMs);
    const poll = pollJob(id, world).finally(() => {
      underWay.delete(id);
      wake();
    });
    underWay.set(id, poll);
  };
  const next = (): number | undefined => {
    const times = jobs().flatMap(({ id, onBackup }) => (onBackup === undefined || underWay.has(id) ? [] : [dueAt.get(id) ?? 0]));
    return times.length === 0 ? undefined : Math.min(...times);
  };
  return { next, begin: () => jobs().forEach(begin), rest: () => Promise.all(underWay.values()).then(() => undefined) };
}

/** A poll that is further ahead than its interval was put there by a clock that has been set back since. */
function isDue(due: number | undefined, pollMs: number, now: number): boolean {
  return due === undefined || now >= due || now < due - pollMs;
}

async function pollJob(id: string, world: FactsWorld): Promise<void> {
  const { cloud, configuration, context } = world;
  const document = documentOf(id, configuration());
  if (document === undefined) return;
  try {
    const worker = cloud.services.openWorker(
      parseJob(document),
      { id: 'poll', startedAt: iso(context.now()) },
      { getRemainingTimeInMillis: () => Infinity },
    );
    await pollWritten(worker);
  } catch (error) {
    tell(`job ${id}: the source could not be asked for new backups, and will be again at the next poll`, error, world);
  }
}

function documentOf(id: string, { jobs }: Pick<Configuration, 'jobs'>): JobDocument | undefined {
  return jobs.find((job) => job.id === id);
}
