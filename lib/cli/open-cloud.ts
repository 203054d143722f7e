import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openEmbeddedCloud, type EmbeddedCloud } from '../local/embedded-cloud.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { formatEntry, type LogEntry } from './log-format.ts';
import { afterTimeout } from './grouped-log.ts';
import { SILENT } from '../runtime/host.ts';
import type { Notifications } from './notifications.ts';
import { runLogs, type RunLogs } from './run-log.ts';

/** The state folder: `.flotilla` beside the configuration file unless the command says otherwise. */
export function stateFolder({ config, state }: CommonOptions): string {
  return resolve(state ?? join(dirname(config), '.flotilla'));
}

export interface LogChoice {
  readonly workerThreads: number;
  /** Whether a line for people says of which job it is: where several are at work. */
  readonly jobs?: boolean;
  /** Is handed each entry beside the terminal. */
  readonly keep?: (entry: LogEntry) => void;
}

/** The log of a command, on its terminal; with several workers the lines of one group are kept together, unless a machine reads them. */
export function openLogs(
  { terminal, now }: Pick<CliContext, 'terminal' | 'now'>,
  { workerThreads, jobs, keep }: LogChoice,
): RunLogs {
  return runLogs({
    format: (entry) => formatEntry(entry, { ...terminal.style, jobs: jobs === true }),
    write: (line) => terminal.log(line),
    now: () => now(),
    ...(keep !== undefined && { keep }),
    after: afterTimeout,
    direct: workerThreads === 1 || jobs === true || terminal.style.format === 'json',
  });
}

/** Opens the embedded cloud on the state folder; several commands may have it open at once. Without `notifications` nobody is told. */
export async function openCloud(
  options: CommonOptions,
  context: CliContext,
  logs: RunLogs = openLogs(context, { workerThreads: 1 }),
  notifications?: Notifications,
): Promise<EmbeddedCloud> {
  const folder = stateFolder(options);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { environment, stop } = context;
  const cloud = await openEmbeddedCloud({
    folder,
    durable: true,
    host: {
      environment,
      now: () => context.now(),
      openLog: (fields) => logs.open(fields),
      stopAsked: () => stop.asked(),
      ...SILENT,
      ...(notifications !== undefined && { tell: notifications.tell }),
    },
    sleep: (seconds) => stop.sleep(seconds),
  });
  notifications?.open(cloud);
  return { ...cloud, run: (request) => cloud.run(request).finally(() => logs.close()) };
}
