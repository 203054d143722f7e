import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const MIB = 1024 * 1024;
const IN_FLIGHT = 4;
const SCRIPT = fileURLToPath(new URL('../support/measure-worker.ts', import.meta.url));

it('syncs a group of 100,000 chunks, 25 of them of 16 MiB, in the memory of its transfers in flight and 60 MB', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', SCRIPT]);
  const measured = JSON.parse(stdout) as { done: boolean; chunks: number; growth: number };
  expect(measured).toMatchObject({ done: true, chunks: 100_000 });
  expect(measured.growth / MIB).toBeLessThan(IN_FLIGHT * 16 * 2 + 60);
});
