// Writes docs/page-light.png and docs/page-dark.png, the README's pictures of the page of flotilla serve: three jobs of the tests' own
// making, in Debian's Chromium (or the one that CHROMIUM names).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { overviewView } from '../lib/page/overview.ts';
import { renderPage } from '../lib/page/shell.ts';
import { startChromium } from '../test/browser/chromium.ts';
import { NOW, threeStatuses } from '../test/page/statuses.ts';

const WIDTH = 1080;

const folder = mkdtempSync(join(tmpdir(), 'flotilla-pictures-'));
const file = join(folder, 'page.html');
writeFileSync(file, renderPage(overviewView(threeStatuses(), { now: NOW, links: true }), { now: NOW, alone: false }));
const browser = await startChromium();
try {
  for (const look of ['light', 'dark']) {
    const page = await browser.open(pathToFileURL(file).href, { width: WIDTH, height: 400, dark: look === 'dark' });
    const height = Number(await page.evaluate('document.documentElement.scrollHeight'));
    await page.resize({ width: WIDTH, height, dark: look === 'dark' });
    const picture = join(import.meta.dirname, `../docs/page-${look}.png`);
    writeFileSync(picture, await page.screenshot());
    console.log(`${picture} written, ${String(WIDTH)}x${String(height)}`);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
