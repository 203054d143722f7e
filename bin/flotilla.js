#!/usr/bin/env node
// What `npx flotilla` starts, on whatever Node the machine has: plain JavaScript that finds the Node to run flotilla.ts with.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';

const NODE_FOR_TYPESCRIPT = 24;
const SAME_SIGNAL_MS = 1000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'bin/flotilla.ts');
const PINNED_NODE = join(ROOT, 'node_modules/node/bin/node');
/** Stripping types and compiling takes longer than most commands: done once for each version of a file. */
const COMPILED = join(ROOT, 'node_modules/.cache/flotilla/compiled');

/**
 * V8 lets the space for young objects grow to 64 MiB, in a process whose bytes lie outside of the heap: kept as it begins, a run takes
 * 50 to 70 MB less, and no more CPU time. Of the limits on it this is the one that a process can set for itself.
 */
const SMALL_YOUNG_SPACE = '--semi-space-growth-factor=1';

/** A terminal's Ctrl-C and hang-up go to every process in its foreground, the child among them. */
function reachesChildByItself(signal) {
  if (signal === 'SIGTERM') return false;
  return [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
}

/** Passes signals on once each: npm repeats to this process what the terminal has sent it already. */
function forwardSignals(child) {
  const last = {};
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const repeated = Date.now() - (last[signal] ?? -Infinity) < SAME_SIGNAL_MS;
      last[signal] = Date.now();
      if (!repeated && !reachesChildByItself(signal)) child.kill(signal);
    });
  }
}

/** Ends as the child ended, so that a shell or cron sees the same exit code or signal. */
function endAs(code, signal) {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // Only reached for a signal that does not end a process.
  setTimeout(() => process.exit(128 + constants.signals[signal]), 1000);
}

function runWithPinnedNode() {
  const environment = { NODE_COMPILE_CACHE: COMPILED, ...process.env };
  const child = spawn(PINNED_NODE, [SMALL_YOUNG_SPACE, MAIN, ...process.argv.slice(2)], { stdio: 'inherit', env: environment });
  forwardSignals(child);
  child.on('exit', endAs);
  child.on('error', (error) => fail(`${PINNED_NODE} cannot be started: ${error.message}`));
}

function fail(message) {
  console.error(`flotilla: ${message}`);
  process.exit(2);
}

const major = Number(process.versions.node.split('.')[0]);
const installed = existsSync(join(ROOT, 'node_modules/.package-lock.json'));
if (!installed) fail(`dependencies are not installed: run \`npm ci\` in ${ROOT} first`);
else if (major >= NODE_FOR_TYPESCRIPT) {
  // A Node that is told another place by its environment keeps to that; one that cannot write there runs without.
  module.enableCompileCache(COMPILED);
  v8.setFlagsFromString(SMALL_YOUNG_SPACE);
  await import('./flotilla.ts');
} else if (existsSync(PINNED_NODE)) runWithPinnedNode();
else fail(`Node ${process.version} cannot run TypeScript, and the pinned Node is missing: run \`npm ci\` in ${ROOT} first`);
