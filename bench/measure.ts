import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchTree, type TreeWatch } from './process-tree.ts';

/** A program, and all that it is to see of its surroundings beside PATH. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly cwd: string;
}

/** What a command took, over all the processes that it started. */
export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Undefined where the system does not tell (it is read from /proc). */
  readonly peakBytes: number | undefined;
  readonly exitCode: number;
}

const SAMPLE_MS = 50;
/** What outlives the command, such as the process that keeps Flotilla's table, has this long to end. */
const LINGER_MS = 10_000;
/** Prints, in POSIX words, the CPU time of all children that were waited for: exact, where samples miss the last moments. */
const WRAPPER = '"$@"; code=$?; times >&3; exit $code';

/** Runs a command to its end; its output goes to `log`. */
export async function measure(command: Command, log: string): Promise<Taken> {
  const output = openSync(log, 'a');
  const start = performance.now();
  const child = spawn('/bin/sh', ['-c', WRAPPER, 'sh', command.program, ...command.args], {
    cwd: command.cwd,
    env: { PATH: process.env['PATH'], ...command.environment },
    stdio: ['ignore', output, output, 'pipe'],
  });
  closeSync(output);
  const times: Buffer[] = [];
  child.stdio[3]?.on('data', (piece: Buffer) => times.push(piece));
  const tree = watchTree(child.pid ?? 0);
  const timer = setInterval(() => tree.look(), SAMPLE_MS);
  const exited = once(child, 'exit').then(([code]) => ({ exitCode: (code as number | null) ?? 1, at: performance.now() }));
  const { exitCode, at } = await exited.finally(() => clearInterval(timer));
  if (!child.stdio[3]?.destroyed) await Promise.race([once(child, 'close'), sleep(1000)]);
  const outlived = await waitForRest(tree);
  const cpuSeconds = waitedCpuSeconds(Buffer.concat(times).toString()) + outlived;
  return { seconds: (at - start) / 1000, cpuSeconds, peakBytes: tree.peakBytes(), exitCode };
}

/** CPU seconds of the processes that outlived the command. */
async function waitForRest(tree: TreeWatch): Promise<number> {
  const rest = tree.alive();
  for (let waited = 0; rest.some((pid) => tree.isAlive(pid)) && waited < LINGER_MS; waited += SAMPLE_MS) {
    await sleep(SAMPLE_MS);
    tree.look();
  }
  return rest.reduce((sum, pid) => sum + tree.cpuSeconds(pid), 0);
}

/** The second line of `times`: user and system time of the children, `0m1.230s 0m0.450s`. */
function waitedCpuSeconds(times: string): number {
  const line = times.trim().split('\n')[1] ?? '';
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}
