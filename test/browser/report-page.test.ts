import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { renderReportPage } from '../../lib/sync/report/page/render-page.ts';
import { accessibilityTree } from './accessibility.ts';
import { startChromium, type Browser, type Look, type Page } from './chromium.ts';

import { CONTRASTS } from './contrast.ts';
import { reportOf } from './reports.ts';

const DESKTOP: Look = { width: 1280, height: 900 };
const PHONE: Look = { width: 390, height: 844 };

/** Groups that are shown before anybody asks for all. */
const AT_ONCE = 500;

let browser: Browser;
let folder: string;
const urls = new Map<number, string>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-report-'));
  for (const groups of [1, 40, 5000]) {
    const file = join(folder, `${String(groups)}.html`);
    writeFileSync(file, renderReportPage(await reportOf(groups, 4)));
    urls.set(groups, pathToFileURL(file).href);
  }
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function open(groups: number, look: Look = DESKTOP): Promise<Page> {
  const page = await browser.open(urls.get(groups)!, look);
  onTestFinished(() => page.close());
  return page;
}

/** What the groups that are to be seen have in one of their `data-` members, in their order. */
async function seen(page: Page, member: 'name' | 'state' | 'keys'): Promise<string[]> {
  const bodies = `[...document.querySelectorAll('.groups > tbody')].filter((body) => body.checkVisibility())`;
  return (await page.evaluate(`${bodies}.map((body) => body.dataset.${member})`)) as string[];
}

async function choose(page: Page, id: string, value: string): Promise<void> {
  const events = `field.dispatchEvent(new Event('input')); field.dispatchEvent(new Event('change'))`;
  await page.evaluate(`(() => { const field = document.getElementById('${id}'); field.value = '${value}'; ${events}; })()`);
}

const unfold = (page: Page) => page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);

describe.each([1, 40, 5000])('the page of a run with %i groups', (groups) => {
  it('opens from disk, fetches nothing else and complains of nothing', async () => {
    const page = await open(groups);
    expect(page.requests).toEqual([urls.get(groups)]);
    expect(page.complaints).toEqual([]);
    expect(await seen(page, 'name')).toHaveLength(Math.min(groups, AT_ONCE));
    expect(await page.evaluate('document.title')).toContain('daily-offsite: done');
  });

  it('needs no scrolling sideways at any width, with everything unfolded', async () => {
    const page = await open(groups);
    await unfold(page);
    for (const width of [320, 390, 768, 1280]) {
      await page.resize({ width, height: 800 });
      expect(await page.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([width, width]);
    }
  });
});

describe('the table of 5,000 groups', () => {
  it('begins with those that did not get done', async () => {
    const page = await open(5000);
    expect(new Set(await seen(page, 'state'))).toEqual(new Set(['no result', 'errors']));
    expect(await page.evaluate(`document.getElementById('shown').value`)).toBe('the first 500 of 5000 groups');
    await page.evaluate(`document.getElementById('show-all').click()`);
    const order = (await seen(page, 'state')).filter((state, at, all) => state !== all[at - 1]);
    expect(order).toEqual(['no result', 'errors', 'done']);
    expect(await seen(page, 'name')).toHaveLength(5000);
  });

  it('is narrowed by words and by state, all groups at once, and says to how many', async () => {
    const page = await open(5000);
    await choose(page, 'find', 'WEB vm/12');
    const found = await seen(page, 'name');
    expect(found.length).toBeGreaterThan(50);
    expect(found.filter((name) => !name.includes('web') || !name.includes('vm/12'))).toEqual([]);
    expect(await page.evaluate(`document.getElementById('shown').value`)).toBe(`${String(found.length)} of 5000 groups`);

    await choose(page, 'state-filter', 'errors');
    expect(new Set(await seen(page, 'state'))).toEqual(new Set(['errors']));
    await choose(page, 'find', '');
    await choose(page, 'state-filter', '');
    expect(await seen(page, 'name')).toHaveLength(AT_ONCE);
  });

  it('is sorted by a column, the most first, and the other way round the second time', async () => {
    const page = await open(5000);
    const sortBy = (column: number) =>
      page.evaluate(`document.querySelectorAll('.groups thead button')[${String(column)}].click()`);
    const written = async () => (await seen(page, 'keys')).map((keys) => Number(keys.split(' ')[4]));
    await sortBy(5);
    const most = await written();
    expect(most).toEqual(most.toSorted((a, b) => b - a));
    expect(most[0]).toBe(39 * 9_437_184);
    await sortBy(5);
    const least = await written();
    expect([least.at(0), least]).toEqual([0, least.toSorted((a, b) => a - b)]);
    const sorted = `[...document.querySelectorAll('[aria-sort]')].map((each) => each.textContent + ' ' + each.ariaSort)`;
    expect(await page.evaluate(sorted)).toEqual(['Written ascending']);
    await sortBy(0);
    const names = await seen(page, 'name');
    expect(names).toEqual(names.toSorted());
  });

  it('is all there without script', async () => {
    const page = await open(5000, { ...DESKTOP, script: false });
    expect(await seen(page, 'name')).toHaveLength(5000);
    expect(await page.evaluate(`document.querySelectorAll('.groups button').length`)).toBe(0);
    expect(await page.evaluate(`document.querySelector('.controls').checkVisibility()`)).toBe(false);
  });
});

describe('the page for those who do not use a mouse, or do not see it', () => {
  it.each([
    ['light', DESKTOP, false],
    ['dark', DESKTOP, true],
    ['light on a phone', PHONE, false],
    ['dark on a phone', PHONE, true],
  ] as const)('has text that stands out from its ground: %s', async (_, look, dark) => {
    const page = await open(40, { ...look, dark });
    await unfold(page);
    const { texts, low } = (await page.evaluate(CONTRASTS)) as { texts: number; low: string[] };
    expect(low).toEqual([]);
    expect(texts).toBeGreaterThan(300);
  });

  it('goes by keyboard from the field to the columns and into the groups, and shows where it is', async () => {
    const page = await open(40);
    await page.evaluate(`document.getElementById('find').focus()`);
    const visited: unknown[] = [];
    for (let presses = 0; presses < 9; presses += 1) {
      await page.press('Tab');
      visited.push(await page.evaluate(`document.activeElement.localName`));
      expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).not.toBe('none');
    }
    expect(visited).toEqual(['select', ...Array.from({ length: 7 }, () => 'button'), 'summary']);
    await page.press('Enter');
    expect(await page.evaluate(`document.activeElement.parentElement.open`)).toBe(true);
  });

  it('has headings in their order, landmarks, named fields, and tables with a name, column and row headers', async () => {
    const page = await open(40);
    const tree = await accessibilityTree(page);
    const named = (role: string): string[] => tree.filter((node) => node.role === role).map(({ name }) => name);
    const levels = (await page.evaluate(
      `[...document.querySelectorAll('h1,h2,h3')].map((each) => Number(each.localName[1]))`,
    )) as number[];
    expect(levels[0]).toBe(1);
    expect(levels.filter((level, at) => level - (levels[at - 1] ?? 0) > 1)).toEqual([]);
    expect(named('table')).toEqual([expect.stringContaining('Requests'), expect.stringContaining('40 groups with work')]);
    const columns = ['Group', 'State', 'Snapshots', 'New chunks', 'Known chunks', 'Written', 'Time'];
    expect(named('columnheader').slice(-columns.length)).toEqual(columns);
    expect(named('rowheader').filter((name) => name.includes('vm/'))).toHaveLength(40);
    for (const landmark of ['banner', 'main', 'contentinfo']) expect(named(landmark)).toHaveLength(1);
    expect([named('searchbox'), named('combobox')]).toEqual([['Find'], ['State']]);
  });
});
