import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allPages, quoted, readPage, ROOT, type Page } from './pages.ts';

/** A path of this repository, as prose names one; `<name>` and `*` stand for many, and are not looked up. */
const REPOSITORY_PATH = /^(bin|docs|examples|functions|lib|lint|scripts|test)(\/[\w.-]+)+\/?$/;

const ROOT_FILE = /^(package|package-lock|tsconfig|cdk)\.json$|^[\w.]+\.config\.(ts|js)$/;

describe.each(allPages().map((page) => ({ ...page, page })))('$path', ({ page }) => {
  it('links to pages, headings and files that are there', () => {
    expect(links(page).filter((target) => !leadsSomewhere(page, target))).toEqual([]);
  });

  it('names no path of this repository that does not exist', () => {
    const paths = quoted(page).filter((code) => REPOSITORY_PATH.test(code) || ROOT_FILE.test(code));
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

/** Relative links, without those to other sites. */
function links({ prose }: Page): string[] {
  const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(page: Page, target: string): boolean {
  const [file = '', heading] = target.split('#');
  const path = file === '' ? page.path : join(dirname(page.path), file);
  if (!existsSync(join(ROOT, path))) return false;
  return heading === undefined || headings(readPage(path)).includes(heading);
}

/** Headings as GitHub names their anchors: small letters, no punctuation, hyphens for blanks. */
function headings({ prose }: Page): string[] {
  const titles = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
