import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** A page of documentation: its path from the root, its text, and the text without code blocks, whose paths are examples. */
export interface Page {
  readonly path: string;
  readonly text: string;
  readonly prose: string;
}

export function readPage(path: string): Page {
  const text = readFileSync(join(ROOT, path), 'utf8');
  return { path, text, prose: text.replaceAll(/^ *```[^]*?^ *```$/gm, '') };
}

/** All pages that people read: those at the root and in docs/. */
export function allPages(): readonly Page[] {
  const inFolder = (folder: string): string[] =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name));
  return [...inFolder('.'), ...inFolder('docs')].map(readPage);
}

/** What stands between backticks, code blocks left out. */
export function quoted({ prose }: Page): string[] {
  return [...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The cells of all rows of all tables, markup and all. */
export function tableRows({ prose }: Page): string[][] {
  const lines = prose.split('\n').filter((line) => line.startsWith('|') && !/^\|[ |:-]+\|$/.test(line));
  return lines.map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );
}
