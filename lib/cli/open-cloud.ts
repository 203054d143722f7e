import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { openEmbeddedCloud, type EmbeddedCloud, type EmbeddedCloudOptions } from '../local/embedded-cloud.ts';
import type { CliContext, CommonOptions } from './context.ts';
import { formatEntry, type LogEntry } from './log-format.ts';
import { afterTimeout } from './grouped-log.ts';
import { SILENT } from '../runtime/host.ts';
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

/** Opens the embedded cloud on the state folder; several commands may have it open at once. */
export async function openCloud(options: CommonOptions, context: CliContext): Promise<EmbeddedCloud> {
  return openEmbeddedCloud(await cloudOptions(options, context, openLogs(context, { workerThreads: 1 })));
}

/** The cloud of the state folder, which is made where it is not there; nobody is told of what goes on. */
export async function cloudOptions(
  options: CommonOptions,
  { environment, now, stop }: CliContext,
  logs: RunLogs,
): Promise<EmbeddedCloudOptions> {
  const folder = stateFolder(options);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const host = { environment, now, openLog: logs.open, stopAsked: () => stop.asked(), ...SILENT };
  return { folder, durable: true, host };
}
