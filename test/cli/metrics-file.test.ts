import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkMetricsFile, writeMetricsFile } from '../../lib/cli/metrics-file.ts';

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'flotilla-metrics-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
};

describe('a metrics file', () => {
  it('is replaced as a whole, with no draft left, and may be read by everyone', async () => {
    const path = await folder();
    const file = join(path, 'flotilla-nightly.prom');
    await writeFile(file, 'old\n', { mode: 0o600 });
    await checkMetricsFile(file);
    await writeMetricsFile(file, 'new 1\n');
    expect(await readFile(file, 'utf8')).toBe('new 1\n');
    expect(await readdir(path)).toEqual(['flotilla-nightly.prom']);
    expect((await stat(file)).mode & 0o444).toBe(0o444);
  });

  it('that has no folder is refused before anything runs, with what to change', async () => {
    const file = join(await folder(), 'missing', 'a.prom');
    const refusal = { code: 'METRICS_UNWRITABLE', message: expect.stringContaining('--metrics') as string };
    await expect(checkMetricsFile(file)).rejects.toMatchObject(refusal);
    await expect(writeMetricsFile(file, '')).rejects.toMatchObject(refusal);
  });

  it('whose place is taken by a folder is refused, and leaves no draft', async () => {
    const path = await folder();
    await expect(writeMetricsFile(path, 'a 1\n')).rejects.toMatchObject({ code: 'METRICS_UNWRITABLE' });
    expect(await readdir(path)).toEqual([]);
  });
});
