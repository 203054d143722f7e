import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { formFields } from '../../lib/page/form-values.ts';
import { historyView } from '../../lib/page/history.ts';
import { jobView } from '../../lib/page/job.ts';
import { overviewView } from '../../lib/page/overview.ts';
import { renderOverview } from '../../lib/page/render-overview.ts';
import { runView } from '../../lib/page/run.ts';
import { renderPage } from '../../lib/page/shell.ts';
import type { View } from '../../lib/page/view.ts';
import { liveOf, manyStatuses, NOW, runOf, statusOf, threeStatuses } from '../page/statuses.ts';
import { accessibilityTree } from './accessibility.ts';
import { startChromium, type Browser, type Look, type Page } from './chromium.ts';
import { CONTRASTS } from './contrast.ts';

const DESKTOP: Look = { width: 1280, height: 900 };

const form = { fields: formFields(), own: { 'worker-threads': 4 }, token: 't', request: 'r' };
const faults = [{ key: 'worker-threads', problem: '0 is too low; wanted a whole number from 1 to 1000' }];
const log = Array.from({ length: 200 }, (_, line) => ({
  ...{ number: line + 1, level: (['info', 'warn', 'error'] as const)[line % 3]!, time: NOW },
  text: `[prod/web/vm/1003]: 2026-11-20T22:00:03Z/drive-scsi0.img.fidx: downloaded 518.687 KiB (5.691 MiB/s)`,
}));
const history = Array.from({ length: 300 }, (_, night) => runOf('db', night, night % 9 === 2 ? 'failed' : 'ok'));
const job = (changes: object) =>
  jobView({
    status: threeStatuses()[1]!,
    form: { ...form, values: { given: {}, none: [] }, faults: [], ...changes },
    now: NOW,
  });

const VIEWS: Readonly<Record<string, View>> = {
  'three jobs': overviewView(threeStatuses(), { now: NOW, links: true }),
  '300 jobs': overviewView(manyStatuses(300), { now: NOW, links: true }),
  'a job': job({}),
  'the runs of a job': historyView('db', history, NOW),
  'a form with a fault': job({ values: { given: { 'worker-threads': '0' }, none: [] }, faults }),
  'a run at work': runView({ live: liveOf('db'), log, hasReport: false, form, now: NOW }),
  'a run that failed': runView({
    live: { run: runOf('db', 2, 'failed'), stopAsked: false },
    log: undefined,
    hasReport: true,
    form,
    now: NOW,
  }),
};

let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flotilla-page-'));
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true });
});

async function open(text: string, look: Look = DESKTOP): Promise<Page> {
  const file = join(folder, 'page.html');
  writeFileSync(file, text);
  const page = await browser.open(pathToFileURL(file).href, look);
  onTestFinished(() => page.close());
  return page;
}

describe.each(Object.keys(VIEWS))('the page of %s', (name) => {
  const text = renderPage(VIEWS[name]!, { now: NOW });

  it.each([false, true])('has text that stands out, and needs no scrolling sideways at any width (dark: %s)', async (dark) => {
    const page = await open(text, { ...DESKTOP, dark });
    await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
    const { texts, low } = (await page.evaluate(CONTRASTS)) as { texts: number; low: string[] };
    expect([low, texts > 15]).toEqual([[], true]);
    for (const width of [320, 390, 768, 1280]) {
      await page.resize({ width, height: 800, dark });
      expect(await page.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([width, width]);
    }
    expect(page.complaints).toEqual([]);
  });

  it('has headings in their order, landmarks, and a name for whatever can be used', async () => {
    const page = await open(text);
    const levels = (await page.evaluate(
      `[...document.querySelectorAll('h1,h2,h3')].map((each) => Number(each.localName[1]))`,
    )) as number[];
    expect(levels[0]).toBe(1);
    expect(levels.filter((level, at) => level - (levels[at - 1] ?? 0) > 1)).toEqual([]);
    const tree = await accessibilityTree(page);
    for (const landmark of ['banner', 'main', 'contentinfo'])
      expect(tree.filter(({ role }) => role === landmark)).toHaveLength(1);
    const usable = tree.filter(({ role }) => ['link', 'button', 'textbox', 'searchbox', 'combobox', 'checkbox'].includes(role));
    expect(usable.filter((node) => node.name === '')).toEqual([]);
  });
});

describe('the page of 300 jobs', () => {
  it('is narrowed by words and by state, and says to how many', async () => {
    const page = await open(renderOverview(manyStatuses(300), NOW));
    const choose = (id: string, value: string) =>
      page.evaluate(`(() => { const field = document.getElementById('${id}'); field.value = '${value}';
        field.dispatchEvent(new Event('input')); field.dispatchEvent(new Event('change')); })()`);
    const seen = () => page.evaluate(`[...document.querySelectorAll('.job')].filter((each) => !each.hidden).length`);
    await choose('find', 'customer-04');
    expect([await seen(), await page.evaluate(`document.getElementById('shown').value`)]).toEqual([10, '10 of 300 jobs']);
    await choose('find', '');
    await choose('state-filter', 'Overdue');
    expect(await seen()).toBe(6);
    await choose('state-filter', '');
    expect([await seen(), await page.evaluate(`document.getElementById('shown').value`)]).toEqual([300, '']);
    expect(page.requests).toHaveLength(1);
  });

  it.each([
    ['all jobs', () => overviewView([statusOf('nightly')], { now: NOW, links: true }), '.job h3 a'],
    ['a job', () => job({}), '.brand a'],
  ])('takes one stop of the Tab key for each strip, within which the arrow keys go: %s', async (_, view, before) => {
    const page = await open(renderPage(view(), { now: NOW }));
    await page.evaluate(`document.querySelector('${before}').focus()`);
    await page.press('Tab');
    const title = () => page.evaluate('document.activeElement.title');
    expect(await title()).toContain('2026-11-20 22:00');
    await page.press('ArrowLeft');
    expect(await title()).toContain('2026-11-19 22:00');
    await page.press('ArrowRight');
    expect(await title()).toContain('2026-11-20 22:00');
  });
});
