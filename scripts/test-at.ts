import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const USAGE = `usage: npm run test:at -- DATE [arguments of vitest run]

Runs tests, and the processes that they start, as if it were another date: such as 2027-03-28T00:50Z, ten minutes before
summer time begins in Europe, 2028-02-29T23:55Z, or next year. A test that fails then and passes now has met the true clock.`;

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const HOOK = new URL('../test/support/shift-clock.js', import.meta.url).href;

process.exitCode = run(process.argv.slice(2));

/** The exit code: vitest's, or 2 for a command line that cannot be followed. */
function run([date = '', ...args]: string[]): number {
  const at = Date.parse(date);
  if (Number.isNaN(at)) {
    console.error(USAGE);
    return 2;
  }
  const clock = { NODE_OPTIONS: `--import=${HOOK}`, CLOCK_AHEAD_MS: String(at - Date.now()) };
  const suite = spawnSync(process.execPath, [VITEST, 'run', ...args], { stdio: 'inherit', env: { ...process.env, ...clock } });
  return suite.status ?? 1;
}
