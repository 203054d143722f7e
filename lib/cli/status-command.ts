import { jobDocument, parseJob } from '../config/job-document.ts';
import { ConfigError } from '../errors.ts';
import type { Job } from '../sync/job.ts';
import type { JobLook } from '../sync/status/job-status.ts';
import { troublesOf } from '../sync/status/judge-status.ts';
import { loadStatuses } from '../sync/status/load-status.ts';
import { readConfig, type CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { oneLine } from './one-line.ts';
import { withSystem, type System, type SystemOptions } from './open-system.ts';
import { writeOutput } from './output-file.ts';
import { statusDetails } from './status/status-details.ts';
import { statusJson } from './status/status-json.ts';
import { statusTable } from './status/status-table.ts';
import { watchOn } from './watch-on.ts';

export interface StatusOptions extends SystemOptions {
  /** Print JSON. */
  readonly json?: boolean;
  /** File for the page of all jobs, in place of lines. */
  readonly html?: string;
  /** Look again after so many seconds, 2 by default, until it is stopped. */
  readonly watch?: string | true;
  /** End with 1 when a job is in trouble. */
  readonly check?: boolean;
}

const DEFAULT_WATCH_SECONDS = 2;

/** Shows how all jobs stand, or one of them with all that is known of it. */
export async function statusCommand(job: string | undefined, options: StatusOptions, context: CliContext): Promise<ExitCode> {
  const configuration = readConfig(options, context);
  const documents = job === undefined ? configuration.jobs : [jobDocument(configuration, job)];
  const every = watchSeconds(options.watch);
  const jobs = documents.map((document) => parseJob(document));
  const statuses = await withSystem(options, context, (system) => {
    const look = (): Promise<readonly JobLook[]> => showOnce({ jobs, isOne: job !== undefined, options }, system, context);
    const complain = (text: string): void => tellFault(text, options, context.terminal);
    return every === undefined ? look() : watchOn(look, { seconds: every, complain }, context.stop);
  });
  return options.check === true && statuses.some((status) => troublesOf(status).length > 0) ? EXIT.errors : EXIT.done;
}

function watchSeconds(watch: StatusOptions['watch']): number | undefined {
  if (watch === undefined) return undefined;
  const seconds = watch === true ? DEFAULT_WATCH_SECONDS : Number(watch);
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new ConfigError('WATCH_INVALID', `--watch ${String(watch)} is no number of seconds from 1 to 86400`);
}

/** In the place of lines that may not be true any more; JSON has its stream to itself. */
function tellFault(text: string, { html, json }: StatusOptions, { screen, note }: CliContext['terminal']): void {
  if (screen === undefined || html !== undefined || json === true) note(text, 'warn');
  else screen.draw([oneLine(text)]);
}

interface Shown {
  readonly jobs: readonly Job[];
  readonly isOne: boolean;
  readonly options: StatusOptions;
}

async function showOnce(shown: Shown, { store, leaseMs }: System, context: CliContext): Promise<readonly JobLook[]> {
  const { terminal, now } = context;
  const statuses = await loadStatuses(shown.jobs, { store, leaseMs, now });
  if (shown.options.html !== undefined) {
    const { renderOverview } = await import('../page/render-overview.ts');
    await writeOutput('--html', shown.options.html, renderOverview(statuses, now()));
    return statuses;
  }
  const lines = linesOf(statuses, shown, context);
  if (shown.options.watch !== undefined && terminal.screen !== undefined) terminal.screen.draw(lines);
  else for (const line of lines) terminal.print(line);
  return statuses;
}

/** While it is watched on a screen a job has one line of it, and JSON is a line a look. */
function linesOf(statuses: readonly JobLook[], { isOne, options }: Shown, { terminal, now }: CliContext): readonly string[] {
  const isWatched = options.watch !== undefined;
  if (options.json === true) return [JSON.stringify(statusJson(statuses, now()), null, isWatched ? 0 : 2)];
  if (isOne) return statuses.flatMap((status) => statusDetails(status, now()));
  const { colour = false, columns = Infinity } = terminal.screen ?? {};
  return statusTable(statuses, { now: now(), colour, columns: isWatched ? columns : Infinity });
}
