import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
    await replaceFile(file, 'new', { mode: 0o600 });
    expect(readFileSync(file, 'utf8')).toBe('new');
    expect(statSync(file).ino).not.toBe(ino);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('keeps the mode of the old one where it is given none', async () => {
    const file = join(folder, 'report.json');
    writeFileSync(file, 'old', { mode: 0o640 });
    await replaceFile(file, 'new');
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it.each([
    ['is there', 'old'],
    ['is not there yet', undefined],
  ])('replaces the file that a link leads to, and leaves the link: one that %s', async (_, old) => {
    const [link, file] = [join(folder, 'latest.prom'), join(folder, 'nightly.prom')];
    if (old !== undefined) writeFileSync(file, old);
    const before = statSync(file, { throwIfNoEntry: false })?.ino;
    symlinkSync('nightly.prom', link);
    await replaceFile(link, 'text');
    expect(readlinkSync(link)).toBe('nightly.prom');
    expect(readFileSync(file, 'utf8')).toBe('text');
    expect(statSync(file).ino).not.toBe(before);
    expect(readdirSync(folder).toSorted()).toEqual(['latest.prom', 'nightly.prom']);
  });

  it('writes into what a process has open as /dev/stdout, though it is a file', async () => {
    const file = join(folder, 'out');
    const descriptor = openSync(file, 'w');
    const { ino } = statSync(file);
    await replaceFile(`/dev/fd/${String(descriptor)}`, 'text');
    closeSync(descriptor);
    expect(readFileSync(file, 'utf8')).toBe('text');
    expect(statSync(file).ino).toBe(ino);
  });

  it('writes over the draft that a kill has left, where nobody else writes the file', async () => {
    writeFileSync(join(folder, '.state.json.new'), 'half of a much longer text');
    await replaceFile(join(folder, 'state.json'), 'new', { soleWriter: true });
    expect(readFileSync(join(folder, 'state.json'), 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['state.json']);
  });

  it('that fails leaves no draft', async () => {
    await expect(replaceFile(join(folder, 'missing', 'a'), 'text')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(replaceFile(folder, 'text')).rejects.toMatchObject({ code: 'EISDIR' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
