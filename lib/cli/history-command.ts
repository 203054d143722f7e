import { jobDocument } from '../config/job-document.ts';
import { ConfigError } from '../errors.ts';
import { loadRecent } from '../sync/status/load-runs.ts';
import { readConfig, type CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { withSystem, type SystemOptions } from './open-system.ts';
import { historyTable } from './status/history-table.ts';
import { runFacts } from './status/run-facts.ts';

export interface HistoryOptions extends SystemOptions {
  /** Runs at most. */
  readonly limit: string;
  /** Print JSON. */
  readonly json?: boolean;
}

const MAX_LIMIT = 10_000;

/** Prints the last runs of a job, the newest first. */
export async function historyCommand(id: string, options: HistoryOptions, context: CliContext): Promise<ExitCode> {
  const job = jobDocument(readConfig(options, context), id);
  const limit = readLimit(options.limit);
  const { print } = context.terminal;
  const { recent } = await withSystem(options, context, ({ store, leaseMs }) =>
    loadRecent(job, limit, { store, leaseMs, now: context.now }),
  );
  if (options.json === true) print(JSON.stringify({ version: 1, job: id, runs: recent.map(runFacts) }, null, 2));
  else if (recent.length === 0) print(`job ${id} has never run`);
  else for (const line of historyTable(recent)) print(line);
  return EXIT.done;
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new ConfigError('LIMIT_INVALID', `--limit ${text} is no whole number from 1 to ${String(MAX_LIMIT)}`);
}
