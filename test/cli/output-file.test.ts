import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { checkOutput, writeOutput } from '../../lib/cli/output-file.ts';

const folder = async (): Promise<string> => {
  const path = await mkdtemp(join(tmpdir(), 'flotilla-metrics-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
};

/** Nothing is closed to root. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const user = process.geteuid!();
  if (user === 0) process.seteuid!(65_534);
  try {
    await work();
  } finally {
    if (user === 0) process.seteuid!(0);
  }
}

describe('a file that a flag names', () => {
  it('is replaced as a whole, with no draft left, and may be read by everyone', async () => {
    const path = await folder();
    const file = join(path, 'flotilla-nightly.prom');
    await writeFile(file, 'old\n', { mode: 0o600 });
    await checkOutput('--metrics', file);
    await writeOutput('--metrics', file, 'new 1\n');
    expect(await readFile(file, 'utf8')).toBe('new 1\n');
    expect(await readdir(path)).toEqual(['flotilla-nightly.prom']);
    expect((await stat(file)).mode & 0o444).toBe(0o444);
  });

  it('that has no folder is refused before anything runs, with what to change', async () => {
    const file = join(await folder(), 'missing', 'a.prom');
    const refusal = { code: 'OUTPUT_UNWRITABLE', message: expect.stringContaining('--metrics') as string };
    await expect(checkOutput('--metrics', file)).rejects.toMatchObject(refusal);
    await expect(writeOutput('--metrics', file, '')).rejects.toMatchObject(refusal);
  });

  it('may be a device, which is written to as it is, though its folder may not be', async () => {
    await checkOutput('--json', '/dev/null');
    await writeOutput('--json', '/dev/null', 'text');
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  it('keeps a report as closed as its owner made it', async () => {
    const file = join(await folder(), 'report.json');
    await writeFile(file, 'old', { mode: 0o600 });
    await writeOutput('--json', file, 'new');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("is written in place where its folder is somebody else's, and refused where it is too", async () => {
    const path = await folder();
    const [own, other] = [join(path, 'own.json'), join(path, 'other.json')];
    for (const file of [own, other]) await writeFile(file, 'old', { flush: true });
    await chmod(own, 0o666);
    await chmod(other, 0o444);
    await chmod(path, 0o555);
    await asNobody(async () => {
      await checkOutput('--json', own);
      await writeOutput('--json', own, 'new');
      for (const file of [other, join(path, 'none.json')])
        await expect(checkOutput('--json', file)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
      await expect(writeOutput('--json', other, 'new')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    });
    await chmod(path, 0o755);
    expect(await readFile(own, 'utf8')).toBe('new');
    expect(await readFile(other, 'utf8')).toBe('old');
    expect((await readdir(path)).toSorted()).toEqual(['other.json', 'own.json']);
  });

  it('whose place is taken by a folder is refused, and leaves no draft', async () => {
    const path = await folder();
    await expect(checkOutput('--metrics', path)).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    await expect(writeOutput('--metrics', path, 'a 1\n')).rejects.toMatchObject({ code: 'OUTPUT_UNWRITABLE' });
    expect(await readdir(path)).toEqual([]);
  });
});
