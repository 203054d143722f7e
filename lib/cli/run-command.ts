import { join } from 'node:path';
import { jobDocument, mergeOverrides, parseJob, type JobDocument } from '../config/job-document.ts';
import { ConflictError, formatErrorChain, TransientError } from '../errors.ts';
import type { EmbeddedCloud } from '../local/embedded-cloud.ts';
import type { EmbeddedMachine } from '../local/embedded-machine.ts';
import { prometheusText } from '../prometheus/prometheus-text.ts';
import { loadWorking } from '../sync/health/load-live.ts';
import type { Job } from '../sync/job.ts';
import { runFailure } from '../sync/report/fold-failures.ts';
import type { Report } from '../sync/report/report.ts';
import { reportKey } from '../sync/run-files.ts';
import type { RunRecord, RunRef } from '../sync/run-store.ts';
import { loadStatus } from '../sync/status/load-status.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { exitCodeOf, type ExitCode } from './exit-code.ts';
import { afterTimeout } from './grouped-log.ts';
import { showProgress, type Look } from './live-progress.ts';
import { nameRun } from './name-run.ts';
import { openNotifications } from './notifications.ts';
import { openLogs } from './open-cloud.ts';
import { openMachine } from './open-machine.ts';
import { checkOutput, writeOutput } from './output-file.ts';
import { printSummary } from './print-summary.ts';

export interface RunOptions extends CommonOptions {
  /** File for the report as JSON. */
  readonly json?: string;
  /** File for the metrics of the job, in Prometheus' text format. */
  readonly metrics?: string;
}

/** Runs one job on this machine, to its end. */
export async function runCommand(job: string, overrides: object, options: RunOptions, context: CliContext): Promise<ExitCode> {
  const configuration = readConfig(options, context);
  const document = jobDocument(configuration, job);
  const { workerThreads } = parseJob(mergeOverrides(document, overrides));
  if (options.json !== undefined) await checkOutput('--json', options.json);
  if (options.metrics !== undefined) await checkOutput('--metrics', options.metrics);
  const logs = openLogs(context, { workerThreads });
  const notifications = openNotifications({ configuration: () => configuration, context, log: logs.open({ job }) });
  const cloud = await openMachine(options, context, logs, notifications);
  try {
    const run = nameRun(job, context);
    const measure = () => leaveMetrics(parseJob(document), options.metrics, { cloud, context });
    const report = await runToReport(cloud, { document, overrides, run }, context).catch(async (error: unknown) => {
      await measure().catch((unwritten: unknown) => context.terminal.note(formatErrorChain(unwritten), 'error'));
      throw error;
    });
    printSummary(report, context.terminal);
    context.terminal.print(`Report: ${join(cloud.controlFolder, `${reportKey(run)}.html`)}`);
    try {
      if (options.json !== undefined) await writeOutput('--json', options.json, `${JSON.stringify(report, null, 2)}\n`);
    } finally {
      await measure();
    }
    return exitCodeOf(report);
  } finally {
    await notifications.sweep();
    await cloud.close();
  }
}

/** The job's own metrics alone: files of several jobs side by side would else have the same series. */
async function leaveMetrics(
  job: Job,
  file: string | undefined,
  { cloud, context }: { readonly cloud: EmbeddedCloud; readonly context: CliContext },
): Promise<void> {
  if (file === undefined) return;
  const { store, services } = cloud;
  const status = await loadStatus(job, { store, now: () => context.now(), leaseMs: services.leaseMs });
  await writeOutput('--metrics', file, prometheusText([status]));
}

interface RunStart {
  readonly document: JobDocument;
  readonly overrides: object;
  readonly run: RunRef;
}

/** Runs the machine with progress on the terminal, and reads the report that finish-run wrote. */
export async function runToReport(
  cloud: EmbeddedMachine,
  { document, overrides, run }: RunStart,
  context: CliContext,
): Promise<Report> {
  const { terminal, now } = context;
  const log = openLogs(context, { workerThreads: 1 }).open({ job: run.job, run: run.id });
  const progress = showProgress({ terminal, look: lookAt(cloud, run), say: (line) => log.info(line), now, after: afterTimeout });
  const outcome = await cloud.run({ job: document, overrides, run }).finally(() => progress.end());
  const stored = await cloud.control.get(`${reportKey(run)}.json`);
  if (stored !== undefined) return JSON.parse(stored.bytes.toString()) as Report;
  const [what, options] = [`run ${run.id} of job ${run.job}`, { context: { job: run.job, run: run.id } }];
  // Of a run that nothing was there for nothing is recorded.
  if (outcome.status === 'SUCCEEDED') throw new ConflictError('RUN_NOT_NEEDED', `${what} did nothing: its log says why`, options);
  const why = runFailure({ Error: outcome.error, Cause: outcome.cause }).message;
  throw new TransientError('REPORT_MISSING', `${what} left no report: ${why}`, options);
}

/** What the run's workers have written so far; undefined before it is planned. */
function lookAt({ store }: EmbeddedCloud, run: RunRef): () => Promise<Look | undefined> {
  let record: RunRecord | undefined;
  return async () => {
    if (record?.working === undefined) record = await store.loadRun(run);
    if (record?.working === undefined) return undefined;
    const { groups: records = [] } = await loadWorking(record, store);
    return { groups: record.working, records };
  };
}
