import { parseJob } from '../../config/job-document.ts';
import type { JobDocument } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import { FlotillaError, formatErrorChain } from '../../errors.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import { SHOWN_LINES, type Preview } from '../../page/preview.ts';
import type { Service } from '../../serve/serve.ts';
import { iso } from '../../sync/iso.ts';
import type { PageWorld } from '../../web/world.ts';
import type { CliContext } from '../context.ts';
import { nameRun } from '../name-run.ts';
import { planLines } from '../plan-lines.ts';
import { statusJson } from '../status/status-json.ts';
import type { KeptLogs } from './kept-logs.ts';
import { findShownRun, isIntended } from './find-shown-run.ts';
import { statusBook } from './status-book.ts';

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
    history: (job) => book.history(job),
    run: (job, id) => findShownRun({ job, id }, { service, looking, book }),
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

/** What was found before it failed is shown with the reason. */
async function preview(document: JobDocument, signal: AbortSignal, { cloud, context }: PageParts): Promise<Preview> {
  const call = { getRemainingTimeInMillis: () => (signal.aborted ? 0 : Infinity) };
  const worker = cloud.services.openWorker(parseJob(document), { id: 'preview', startedAt: iso(context.now()) }, call);
  const lines: string[] = [];
  let sum: string | undefined;
  let more = 0;
  const found = (): Pick<Preview, 'lines' | 'more'> => ({ lines, more });
  try {
    for await (const { kind, text } of planLines(worker)) {
      signal.throwIfAborted();
      if (kind === 'sum') sum = text;
      else if (lines.length < SHOWN_LINES) lines.push(text);
      else more += 1;
    }
    return { state: 'done', ...found(), ...(sum !== undefined && { sum }) };
  } catch (error) {
    if (signal.aborted) return { state: 'failed', ...found(), failure: 'it took too long, or the service is being stopped' };
    if (!(error instanceof FlotillaError)) throw error;
    return { state: 'failed', ...found(), failure: `${error.code}: ${formatErrorChain(error)}` };
  }
}
