import { parseJob } from '../../config/job-document.ts';
import type { JobDocument } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import { FlotillaError, formatErrorChain } from '../../errors.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import type { Preview } from '../../page/preview.ts';
import type { ShownRun } from '../../page/run.ts';
import type { Service } from '../../serve/serve.ts';
import { iso } from '../../sync/iso.ts';
import { loadRecent } from '../../sync/status/load-runs.ts';
import type { PageWorld } from '../../web/world.ts';
import type { CliContext } from '../context.ts';
import { nameRun } from '../name-run.ts';
import { planLines } from '../plan-lines.ts';
import { statusJson } from '../status/status-json.ts';
import type { KeptLogs } from './kept-logs.ts';
import { statusBook } from './status-book.ts';

/** Runs that are looked through for one by its name, and shown as the history of a job. */
const KNOWN_RUNS = 2000;
const HISTORY_RUNS = 300;
/** Lines of a plan that are kept. */
const MAX_PLAN_LINES = 20_000;

export interface PageParts {
  readonly cloud: EmbeddedCloud;
  readonly configuration: () => Configuration;
  readonly service: Pick<Service, 'submit' | 'intents'>;
  readonly logs: KeptLogs;
  readonly context: CliContext;
  readonly log: { error(message: string): void };
}

/** What the page of a service shows, and what it starts: runs of this service, on its state folder. */
export function pageWorld(parts: PageParts): PageWorld {
  const { cloud, configuration, service, logs, context, log } = parts;
  const { store, services, control } = cloud;
  const looking = { store, now: context.now, leaseMs: services.leaseMs };
  const book = statusBook(looking, configuration);
  const document = (job: string): JobDocument | undefined => configuration().jobs.find(({ id }) => id === job);
  return {
    now: context.now,
    statuses: () => book.all(),
    statusJson: async () => statusJson(await book.all(), context.now()),
    status: (job) => book.one(job),
    document,
    history: async (job) => (await loadRecent({ id: job }, HISTORY_RUNS, looking)).recent,
    run: (job, id) => findRun({ job, id }, parts, (each) => book.one(each)),
    log: (run, after) => logs.lines(run, after) ?? (isIntended(run, service) ? [] : undefined),
    report: async ({ reportKey }) => (reportKey === undefined ? undefined : (await control.get(`${reportKey}.html`))?.bytes),
    plan: (job, signal) => preview(job, signal, parts),
    start: async (job, overrides) => {
      const run = nameRun(job, context);
      await service.submit(run, overrides);
      book.forget();
      return run;
    },
    stop: async (run) => {
      await store.askStop(run, { at: iso(context.now()), by: 'the page' });
      book.forget();
    },
    complain: (message) => log.error(message),
  };
}

function isIntended({ job, id }: { readonly job: string; readonly id: string }, service: PageParts['service']): boolean {
  return service.intents().some(({ run }) => run.job === job && run.id === id);
}

/** One that was asked for and has not begun is known to the service alone. */
async function findRun(
  { job, id }: { readonly job: string; readonly id: string },
  { cloud, service }: PageParts,
  status: PageWorld['status'],
): Promise<ShownRun | undefined> {
  const { live = [], recent = [] } = (await status(job)) ?? {};
  const isIt = (run: { readonly id: string }): boolean => run.id === id;
  const atWork = live.find(({ run }) => isIt(run));
  if (atWork !== undefined) return atWork;
  const run = recent.find(isIt) ?? (await cloud.store.listRuns(job, KNOWN_RUNS)).find(isIt);
  if (run !== undefined) return { run, stopAsked: false };
  const asked = service.intents().find(({ run: each }) => each.job === job && each.id === id);
  return asked && { run: { ...asked.run, state: 'waiting' }, stopAsked: (await cloud.store.loadStop(asked.run)) !== undefined };
}

/** What was found before it failed is shown with the reason. */
async function preview(document: JobDocument, signal: AbortSignal, { cloud, context }: PageParts): Promise<Preview> {
  const call = { getRemainingTimeInMillis: () => (signal.aborted ? 0 : Infinity) };
  const worker = cloud.services.openWorker(parseJob(document), { id: 'preview', startedAt: iso(context.now()) }, call);
  const lines: string[] = [];
  let sum: string | undefined;
  try {
    for await (const { kind, text } of planLines(worker)) {
      signal.throwIfAborted();
      if (kind === 'sum') sum = text;
      else if (lines.length < MAX_PLAN_LINES) lines.push(text);
    }
    return { state: 'done', lines, ...(sum !== undefined && { sum }) };
  } catch (error) {
    if (signal.aborted) return { state: 'failed', lines, failure: 'it took too long, or the service is being stopped' };
    if (!(error instanceof FlotillaError)) throw error;
    return { state: 'failed', lines, failure: `${error.code}: ${formatErrorChain(error)}` };
  }
}
