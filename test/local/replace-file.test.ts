import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { replaceFile } from '../../lib/local/replace-file.ts';

describe('replaceFile', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'flotilla-replace-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('puts another file in the place of the old one, with its own mode, and leaves no draft', async () => {
    const file = join(folder, 'state.json');
    writeFileSync(file, 'old', { mode: 0o644 });
    const { ino } = statSync(file);
    await replaceFile(file, 'new', 0o600);
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).ino).not.toBe(ino);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('writes through what is no plain file, as /dev/stdout is, and leaves it what it is', async () => {
    const [link, file] = [join(folder, 'stdout'), join(folder, 'terminal')];
    symlinkSync(file, link);
    await replaceFile(link, 'text');
    expect(readlinkSync(link)).toBe(file);
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  it('that fails leaves no draft', async () => {
    await expect(replaceFile(join(folder, 'missing', 'a'), 'text')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(replaceFile(folder, 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
