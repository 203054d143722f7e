import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BODY_BYTES } from '../../lib/transfer/memory-budget.ts';

const MIB = 1024 * 1024;
const SCRIPT = fileURLToPath(new URL('../support/measure-worker.ts', import.meta.url));

interface Measured {
  readonly done: boolean;
  readonly chunks: number;
  /** Bytes by which the process grew. */
  readonly growth: number;
}

async function measure(what: object): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', SCRIPT, JSON.stringify(what)]);
  return JSON.parse(stdout) as Measured;
}

describe('the memory of workers', () => {
  it('is that of the transfers in flight and 60 MB, with 100,000 chunks, 25 of them of 16 MiB', async () => {
    const large = { largeEvery: 4000, largeBytes: 16 * MIB };
    const { done, chunks, growth } = await measure({ groups: 1, references: 100_000, inFlight: 4, ...large });
    expect([done, chunks]).toEqual([true, 100_000]);
    expect(growth / MIB).toBeLessThan(4 * 16 * 2 + 60);
  });

  it('is bounded for all of them together, however many transfers each may have in flight', async () => {
    const large = { largeEvery: 1, largeBytes: 4 * MIB };
    const { done, chunks, growth } = await measure({ groups: 4, references: 50, inFlight: 64, ...large });
    expect([done, chunks]).toEqual([true, 200]);
    // 256 chunks of 4 MiB would be a gigabyte. The source makes each chunk in two buffers, and garbage is collected late.
    expect(growth / MIB).toBeLessThan((4 * BODY_BYTES) / MIB + 60);
  });
});
