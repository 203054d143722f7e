import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../bin/flotilla.ts', import.meta.url));

/** Most of the time of a short command is the loading of its code: compiled once for all tests, in half of it. */
const COMPILED = { NODE_COMPILE_CACHE: join(tmpdir(), 'flotilla-test-compiled') };

/** How a command ended, and all it wrote. */
export interface CliEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line in a process of its own, its output read through pipes. */
export interface CliProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<CliEnd>;
  kill(signal: NodeJS.Signals): void;
  /** What was written to the log so far. */
  readonly log: () => string;
  /** Resolves when this text was written to the log; throws when the command ends without it. */
  says(text: string): Promise<void>;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** What runs the command: the Node of the tests and `bin/flotilla.ts` by default. */
  readonly command?: readonly [node: string, script: string];
}

/** Starts `flotilla` with these arguments and, beside PATH, only these variables. */
export function startCli(args: readonly string[], { cwd, env, command = [process.execPath, MAIN] }: CliOptions): CliProcess {
  const [node, script] = command;
  const child = spawn(node, [script, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = once(child, 'close').then(([code, signal]): CliEnd => ({
    code: code as number | null,
    signal: signal as NodeJS.Signals | null,
    ...written,
  }));
  return {
    child,
    ended,
    log: () => written.stderr,
    kill: (signal) => void child.kill(signal),
    says: async (text) => {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      const look = () => (written.stderr.includes(text) ? resolve(undefined) : undefined);
      listeners.add(look);
      look();
      const over = ended.then(({ stderr }) => {
        if (!stderr.includes(text)) throw new Error(`it ended without saying ${JSON.stringify(text)}:\n${stderr}`);
      });
      await Promise.race([promise, over]).finally(() => listeners.delete(look));
    },
  };
}
