import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../support/measure-plan.ts', import.meta.url));

/** The answer of a process whose objects have to fit into so many MiB; it dies when they do not. */
async function within(mebibytes: number, what: 'run' | 'removal'): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [`--max-old-space-size=${String(mebibytes)}`, SCRIPT, what]);
  return Number(stdout);
}

/** Eight million keys are a minute of one core. */
const TIMEOUT = { timeout: 900_000 };

it('plans a run over 10,000 groups of 100 snapshots in 128 MiB, however many there are', TIMEOUT, async () => {
  expect(await within(128, 'run')).toBe(10_000);
});

it('plans the removal of 250,000 snapshots of a million in 640 MiB, which remove-vanished has', TIMEOUT, async () => {
  expect(await within(640, 'removal')).toBe(250_000);
});
