import { ConflictError, TransientError } from '../errors.ts';
import { parseReport, type Report } from '../sync/report/report.ts';
import type { RunRecord } from '../sync/run-store.ts';
import type { RecentRun } from '../sync/status/job-status.ts';
import { loadLive, lookAgain } from '../sync/status/load-runs.ts';
import type { StatusWorld } from '../sync/status/load-status.ts';
import { readConfig, type CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findRun } from './find-run.ts';
import { oneLine } from './one-line.ts';
import { withSystem, type System, type SystemOptions } from './open-system.ts';
import { printSummary } from './print-summary.ts';
import { liveLines } from './status/status-details.ts';
import { adviceLines, headLines, troubledGroups } from './status/report-lines.ts';

export interface ShowOptions extends SystemOptions {
  /** Only runs of this job. */
  readonly job?: string;
  /** Print the report as JSON. */
  readonly json?: boolean;
}

/** Shows the report of a run, or how far one is that is still at work. */
export async function showCommand(text: string, options: ShowOptions, context: CliContext): Promise<ExitCode> {
  const jobs = options.job === undefined ? readConfig(options, context).jobs.map(({ id }) => id) : [options.job];
  await withSystem(options, context, async (system) => {
    const looking = { store: system.store, leaseMs: system.leaseMs, now: context.now };
    const run = await findRun(text, jobs, system.store);
    const stored = run.reportKey === undefined ? undefined : await system.control.get(`${run.reportKey}.json`);
    if (options.json === true)
      context.terminal.print(stored?.bytes.toString().trimEnd() ?? noReport(await lookAgain(run, looking)));
    else if (stored === undefined) await showRecord(run, looking, context);
    else showReport(run, parseReport(JSON.parse(stored.bytes.toString())), { system, context });
  });
  return EXIT.done;
}

const LOST = 'it was killed, or died without a word: its lease has run out, and the next run goes on from there';

function noReport({ job, id, endedAt, lost }: RecentRun): never {
  const what = `run ${id} of job ${job}`;
  if (lost === true) throw new ConflictError('REPORT_MISSING', `${what} has no report: ${LOST}`);
  if (endedAt === undefined) throw new ConflictError('REPORT_MISSING', `${what} has no report yet: it has not ended`);
  throw new TransientError('REPORT_MISSING', `the report of ${what} is gone; flotilla history ${job} has what is known of it`);
}

function showReport(run: RunRecord, report: Report, { system, context }: { system: System; context: CliContext }): void {
  const { print } = context.terminal;
  for (const line of headLines(run, report)) print(line);
  print('');
  printSummary(report, { print: (line) => print(oneLine(line)) });
  for (const line of [...adviceLines(report), ...troubledGroups(report)]) print(line);
  print(`Report: ${system.placeOf(`${run.reportKey ?? ''}.html`)}`);
}

/** What is known of a run without a report: it waits, is at work, or died. */
async function showRecord(run: RunRecord, world: StatusWorld, { terminal: { print }, now }: CliContext): Promise<void> {
  const seen: RecentRun = await lookAgain(run, world);
  for (const line of headLines(seen)) print(line);
  if (seen.lost === true) print(LOST);
  else if (seen.endedAt === undefined) for (const line of liveLines(await loadLive(seen, world), now())) print(line);
  else print(oneLine(seen.message ?? 'its report is gone'));
}
