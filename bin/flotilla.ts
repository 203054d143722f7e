import { randomUUID } from 'node:crypto';
import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from '../lib/cli/exit-code.ts';
import { makeProgram } from '../lib/cli/program.ts';
import { stopSwitch } from '../lib/cli/stop-switch.ts';
import { openTerminal } from '../lib/cli/terminal.ts';
import { ConfigError, ConflictError, FlotillaError, formatErrorChain } from '../lib/errors.ts';

/** Who reads our output may go away, as `head` does; a backup goes on. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const terminal = openTerminal(process.stdout, process.stderr, { environment: process.env, now: () => Date.now() });
const stop = stopSwitch();

/** A terminal and a launcher may both deliver the same signal: within this time it is one. */
const SAME_SIGNAL_MS = 1000;
let askedAt = 0;

/** The first one asks all workers to end at their next safe point, the second one ends the process. */
function onSignal(): void {
  if (stop.asked() && Date.now() - askedAt < SAME_SIGNAL_MS) return;
  if (stop.asked()) process.exit(EXIT.interrupted);
  askedAt = Date.now();
  if (!stop.isQuiet) terminal.note('stopping: what is under way is brought to a safe point; once more ends it at once', 'warn');
  stop.ask();
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);

/** A service reads its configuration again; where a person's terminal has gone, the command ends with it. */
let onHangup = onSignal;
process.on('SIGHUP', () => onHangup());

const program = makeProgram(
  {
    ...{ environment: process.env, terminal, stop, now: () => Date.now(), uniqueId: () => randomUUID().slice(0, 8) },
    onHangup: (reread) => {
      if (!terminal.isLive) onHangup = reread;
    },
  },
  (code) => void (process.exitCode = code),
);

function exitCodeOfError(error: FlotillaError): ExitCode {
  if (error instanceof ConfigError) return EXIT.configuration;
  return error instanceof ConflictError ? EXIT.busy : EXIT.errors;
}

/** Usage errors were told by commander already; what an operator can mend is told in one message; a bug keeps its stack. */
function onError(error: unknown): void {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.configuration;
  else if (error instanceof FlotillaError) {
    terminal.note(`${error.code}: ${formatErrorChain(error)}`, 'error');
    process.exitCode = exitCodeOfError(error);
  } else throw error;
}

try {
  program.exitOverride();
  for (const command of program.commands) command.exitOverride();
  await program.parseAsync();
} catch (error) {
  onError(error);
}
