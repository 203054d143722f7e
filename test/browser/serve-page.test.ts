import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { CliProcess } from '../support/cli-process.ts';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';
import { memoryWorld, visit } from '../web/memory-world.ts';
import { startChromium, type Browser, type Look, type Page } from './chromium.ts';
import { CONTRASTS } from './contrast.ts';

const DESKTOP: Look = { width: 1280, height: 900 };

let browser: Browser;
let world: CliWorld;
let service: CliProcess;
let url: string;

/** A source of six groups whose copy takes a quarter of a minute, and a service whose page shows it. */
beforeAll(async () => {
  world = await openCliWorld();
  await smallSource(world.openSource()).addNight();
  service = world.start(['serve', '--listen', '127.0.0.1:0']);
  await service.says('the page is at http://');
  await service.says('serving 2 jobs that start by hand');
  url = /the page is at (\S+)/.exec(service.log())![1]!;
  browser = await startChromium();
});
afterAll(async () => {
  await browser.close();
  service.kill('SIGTERM');
  expect(await service.ended).toMatchObject({ code: 0 });
  await world.close();
});

async function open(path = '', look: Look = DESKTOP): Promise<Page> {
  const page = await browser.open(`${url}${path}`, look);
  onTestFinished(() => page.close());
  return page;
}

const text = (page: Page, selector: string) => page.evaluate(`document.querySelector(${JSON.stringify(selector)})?.innerText`);

async function fill(page: Page, field: string, value: string): Promise<void> {
  await page.evaluate(`document.getElementById(${JSON.stringify(`f-${field}`)}).focus()`);
  await page.type(value);
}

/** Goes on by the Tab key until what has the focus is what is looked for. */
async function tabTo(page: Page, expression: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.press('Tab');
    expect(await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`)).not.toBe('none');
    if ((await page.evaluate(`(() => { const here = document.activeElement; return ${expression}; })()`)) === true) return;
  }
  throw new Error(`the Tab key does not come to ${expression}`);
}

describe('the page of flotilla serve', () => {
  it('shows what a run would do, starts it with other options, follows it, stops it and opens its report', async () => {
    const page = await open();
    expect(await text(page, '#job-daily .tag')).toBe('Never ran');
    await page.follow('#job-daily h3 a');
    await fill(page, 'worker-threads', '0');
    await page.follow('button:not(.second)');
    expect(await text(page, '#e-worker-threads')).toBe('0 is too low; wanted a whole number from 1 to 1000');
    expect(await page.evaluate('document.title')).toBe('daily: nothing was started');
    expect(await page.evaluate('document.activeElement.innerText')).toContain('One option cannot be used: nothing was started.');
    await page.press('Tab');
    await page.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('f-worker-threads');
    await page.evaluate(`document.getElementById('f-worker-threads').value = ''`);
    await fill(page, 'worker-threads', '2');
    await fill(page, 'rate-out', '100KB');
    await page.follow('button.second');
    await page.until(`document.getElementById('verdict').innerText.includes('6 groups on the source, 6 groups with work')`);
    expect(await text(page, '#verdict')).toContain('With worker-threads: 2, rate-out: 100KB.');
    expect(await text(page, '#plan')).toContain('[prod/vm/300]: 2026-11-01T03:00:00Z: copy');
    expect(world.differences()).not.toEqual([]);

    await page.follow('form button:not(.second)');
    expect(await page.evaluate('location.pathname')).toMatch(/^\/runs\/daily\//);
    await page.until(`document.querySelectorAll('.workers tbody tr').length === 2`);
    await page.until(`Number(document.getElementById('log').dataset.last) > 5`);
    const lines = Number(await page.evaluate(`document.querySelectorAll('#log li').length`));
    await page.until(`document.querySelectorAll('#log li').length > ${String(lines)}`);
    const other = await open();
    await other.until(`document.querySelector('#job-daily .now')?.innerText.includes('2 workers')`);

    await page.send('Page.bringToFront');
    await page.follow('button.halt');
    expect(await text(page, '#actions')).toContain('It ends as soon as');
    await page.until(`document.querySelector('#verdict h2').innerText === 'Stopped'`);
    await page.until(`document.querySelector('#actions a') !== null`);
    await other.send('Page.bringToFront');
    await other.until(`document.querySelector('#job-daily .strip > .stopped') !== null`);
    await page.send('Page.bringToFront');
    await page.follow('#actions a');
    expect(await page.evaluate('document.title')).toContain('daily: stopped');
    expect(await text(page, '.when')).toContain('worker-threads 2');
    expect(await page.evaluate(`document.getElementById('find').closest('.controls').hidden`)).toBe(false);
    for (const { complaints, requests } of [page, other]) {
      expect(complaints.filter((each) => !each.includes('422'))).toEqual([]);
      expect(requests.filter((each) => !each.startsWith(url) && each !== 'data:,')).toEqual([]);
    }
  });

  it('is gone through by keyboard alone, from all jobs to a run of one, and back in its strip', async () => {
    const page = await open();
    await tabTo(page, `here.matches('#job-weekly h3 a')`);
    const next = page.until(`location.pathname === '/jobs/weekly' && document.readyState === 'complete'`);
    await page.press('Enter');
    await next;
    await tabTo(page, `here.id === 'f-worker-threads'`);
    await page.type('2');
    await tabTo(page, `here.matches('form button:not(.second)')`);
    const started = page.until(`location.pathname.startsWith('/runs/weekly/') && document.readyState === 'complete'`);
    await page.press('Enter');
    await started;
    await page.evaluate(`document.querySelector('.halt')?.focus()`);
    await page.until(`document.querySelector('#verdict h2').innerText === 'Done'`);
    await page.until(`document.querySelector('#actions a') !== null && document.querySelector('.halt') === null`);
    await page.until(`document.getElementById('say').textContent === 'The run has ended: Done'`);
    expect(world.differences('other')).toEqual([]);
    const overview = await open();
    await tabTo(overview, `here.matches('#job-weekly .strip > a')`);
    expect(await overview.evaluate('document.activeElement.title')).toMatch(/^Done, /);
  });

  it('can be read, and a run be started, by a browser that runs no script', async () => {
    const page = await open('jobs/daily', { ...DESKTOP, script: false });
    await fill(page, 'dry-run', '');
    await page.evaluate(`document.getElementById('f-dry-run').value = 'true'`);
    await page.follow('button:not(.second)');
    expect(await text(page, '#verdict h2')).toMatch(/At work|Waiting|Dry run/);
    // It is loaded again meanwhile, and may be half there just now.
    await page.until(`document.querySelector('#verdict h2')?.innerText === 'Dry run'`);
    expect(page.complaints).toEqual([]);
  });

  it('says when its service does not answer any more, and follows it again when it does', async () => {
    const page = await open();
    await page.send('Network.emulateNetworkConditions', {
      offline: true,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.until(`document.getElementById('link-state').innerText.startsWith('No answer since')`);
    await page.resize({ width: 390, height: 300 });
    await page.until(`document.getElementById('link-state').getBoundingClientRect().bottom === innerHeight`);
    expect(await page.evaluate('document.documentElement.scrollHeight > innerHeight')).toBe(true);
    await page.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.until(`document.getElementById('link-state').innerText === ''`);
  });

  it('says that what it shows is not there any more, and asks no more', async () => {
    let asked = 0;
    const { world: memory } = memoryWorld();
    const status: typeof memory.status = async (job) => ((asked += 1) === 1 ? memory.status(job) : undefined);
    const { url: there } = await visit({ world: { ...memory, status } });
    const page = await browser.open(`${there}/jobs/nightly`, DESKTOP);
    onTestFinished(() => page.close());
    await page.until(`document.getElementById('link-state').innerText.startsWith('This is not there any more')`);
    for (let looks = 0; looks < 3; looks++) await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
    await page.evaluate(`fetch('/').then((answer) => answer.text()).then(() => true)`);
    expect(asked).toBe(2);
  });

  it.each([
    ['light', false],
    ['dark', true],
  ] as const)('has text that stands out and needs no scrolling sideways at any width: %s', async (_, dark) => {
    for (const path of ['', 'jobs/weekly', 'jobs/weekly/history']) {
      const page = await open(path, { ...DESKTOP, dark });
      await page.evaluate(`document.querySelectorAll('details').forEach((each) => { each.open = true; })`);
      const { texts, low } = (await page.evaluate(CONTRASTS)) as { texts: number; low: string[] };
      expect([low, texts > 20]).toEqual([[], true]);
      for (const width of [320, 390, 768, 1280]) {
        await page.resize({ width, height: 800, dark });
        expect(await page.evaluate('[innerWidth, document.documentElement.scrollWidth]')).toEqual([width, width]);
      }
    }
  });
});
