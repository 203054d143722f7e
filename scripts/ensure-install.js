// Runs before every npm script, on whatever Node the machine has: plain JavaScript, Node 20 or newer.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOCK = join(tmpdir(), `flotilla-install-${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}.lock`);
const LOCK_POLL_MS = 500;
const LOCK_POLLS = 1200;

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Why an install is needed, for people; undefined: node_modules is what package-lock.json says. */
function reasonToInstall() {
  const wanted = readJson('package-lock.json')?.packages;
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (wanted === undefined) throw new Error('package-lock.json is missing or no JSON: restore it from git');
  if (installed === undefined) return 'node_modules is missing';
  // Contents, not times: git and caches touch the times of files that did not change.
  const stale = Object.entries(wanted).find(([path, entry]) => path !== '' && !isInstalled(entry, installed[path]));
  if (stale !== undefined) return `${stale[0]} is not as package-lock.json has it`;
  return existsSync(join(ROOT, 'node_modules/node/bin/node')) ? undefined : 'the pinned Node is missing';
}

// Packages for other platforms are optional, and left out by npm.
function isInstalled(wanted, installed) {
  if (installed === undefined) return wanted.optional === true;
  return installed.version === wanted.version && installed.integrity === wanted.integrity;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const ownerOf = (path) => Number(readFileSync(path, 'utf8'));

/** Creates the lock with its owner's id inside in one step, so that nobody ever reads it empty. */
function createLock(path) {
  try {
    linkSync(path, LOCK);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a lock aside whose owner died; puts it back when another process was faster and it is that one's by now. */
function clearDeadLock() {
  const aside = `${LOCK}.${process.pid}.dead`;
  try {
    if (isAlive(ownerOf(LOCK))) return;
    renameSync(LOCK, aside);
    if (isAlive(ownerOf(aside))) createLock(aside);
    rmSync(aside, { force: true });
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

function tryLock() {
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, String(process.pid));
  const locked = createLock(mine);
  rmSync(mine, { force: true });
  if (!locked) clearDeadLock();
  return locked;
}

async function lock() {
  for (let poll = 0; poll < LOCK_POLLS; poll++) {
    if (tryLock()) return;
    await sleep(LOCK_POLL_MS);
  }
  throw new Error(
    `another install has been running for ${(LOCK_POLLS * LOCK_POLL_MS) / 60_000} minutes; if it is dead, remove ${LOCK}`,
  );
}

function runNpmCi() {
  // The npm that runs this script, under its own Node: the Node in node_modules is about to be replaced.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const [command, ...args] = npm === undefined ? ['npm'] : [node ?? process.execPath, npm];
  // Warnings are about the Node that is there, which nothing but this script uses. NODE_ENV=production would leave out the pinned Node and the tests.
  const { status, signal, error } = spawnSync(command, [...args, 'ci', '--include=dev', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (error) throw new Error(`npm cannot be started: ${error.message}`);
  if (status !== 0) throw new Error(`npm ci ended with ${signal ?? `exit code ${status}`}: its own message is above`);
}

async function ensureInstall() {
  if (Number(process.versions.node.split('.')[0]) < 20)
    throw new Error(`Node ${process.version} is too old: install Node 20 or newer`);
  if (reasonToInstall() === undefined) return;
  await lock();
  try {
    const reason = reasonToInstall();
    if (reason === undefined) return;
    console.error(`flotilla: installing dependencies with npm ci (${reason})`);
    runNpmCi();
    const left = reasonToInstall();
    if (left !== undefined)
      throw new Error(`after npm ci, still: ${left}; were install scripts or optional packages switched off?`);
  } finally {
    rmSync(LOCK, { force: true });
  }
}

try {
  await ensureInstall();
} catch (error) {
  console.error(`flotilla: the dependencies could not be installed: ${error.message}`);
  process.exitCode = 1;
}
