import { html, type Html } from '../sync/report/page/html.ts';
import { PAGE_SCRIPT } from './script.ts';
import { PAGE_STYLE } from './style.ts';
import type { View } from './view.ts';

export interface ShellOptions {
  /** Where the page asks for what has changed; undefined: it stays as it is. */
  readonly live?: string;
  /** When it was made, for those who look at it later (epoch ms). */
  readonly now: number;
  /** Whether it stands alone: then it has to say itself what it may do, and leads nowhere. */
  readonly alone?: boolean;
}

/** What the page's one style element and its one script hold: the server names their digests in its policy. */
export const STYLE_TEXT = PAGE_STYLE.markup;
export const SCRIPT_TEXT = PAGE_SCRIPT.markup;

/** Not of a template, whose white space is not kept. */
const STYLE: Html = { markup: `<style>${STYLE_TEXT}</style>` };
const SCRIPT: Html = { markup: `<script>${SCRIPT_TEXT}</script>` };

/** A whole page: nothing is fetched for it, without script it is loaded again now and then. */
export function renderPage(view: View, { live, now, alone = false }: ShellOptions): string {
  const follows =
    live === undefined || view.refreshMs === undefined ? undefined : html`data-live="${live}" data-ms="${view.refreshMs}"`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        ${alone ? ALONE : undefined} ${follows === undefined ? undefined : reload(view)}
        <title>${view.title}</title>
        <link rel="icon" href="data:," />
        ${STYLE}
      </head>
      <body ${follows}>
        <header>${crumbs(view, alone)} ${view.heading}</header>
        <main>${view.frame(view.parts)}</main>
        <footer>
          <p>
            As of
            <time id="as-of" datetime="${new Date(now).toISOString()}"
              >${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}</time
            >. Times are UTC, sizes stored bytes in powers of 1024. <span id="link-state" role="status"></span>
          </p>
          <p id="say" class="aside" role="status" data-told="${view.say}"></p>
        </footer>
        ${SCRIPT}
      </body>
    </html> `;
  return page.markup;
}

/** Seconds, at least, after which a page is loaded again where no script keeps it up to date. */
const RELOAD_SECONDS = 5;

function reload({ hasFields, refreshMs = 0 }: View): Html | undefined {
  if (hasFields === true) return undefined;
  const seconds = Math.max(RELOAD_SECONDS, Math.ceil(refreshMs / 1000));
  return html`<noscript><meta http-equiv="refresh" content="${seconds}" /></noscript>`;
}

const ALONE = html`<meta
  http-equiv="Content-Security-Policy"
  content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
/>`;

function crumbs({ trail }: View, alone: boolean): Html {
  if (alone || trail.length === 0) return html`<p class="brand">Flotilla</p>`;
  const steps = trail.map(({ name, path }, at) =>
    at === trail.length - 1
      ? html`<span aria-current="page">${name}</span>`
      : html`<a href="${path}">${name}</a> <span aria-hidden="true">/</span> `,
  );
  return html`<nav class="brand" aria-label="Where you are">
    <a href="/">Flotilla</a> <span aria-hidden="true">/</span> ${steps}
  </nav>`;
}
