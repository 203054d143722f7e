import { renderDocument } from '../html/document.ts';
import { html, type Html } from '../html/html.ts';
import { PAGE_SCRIPT } from './script.ts';
import { PAGE_STYLE } from './style.ts';
import type { View } from './view.ts';

export interface ShellOptions {
  /** Where the page asks for what has changed; undefined: it stays as it is. */
  readonly live?: string;
  /** When it was made, for those who look at it later (epoch ms). */
  readonly now: number;
  /** Whether it opens from disk, and leads nowhere. */
  readonly alone?: boolean;
}

/** What the page's one style element and its one script hold: the server names their digests in its policy. */
export const STYLE_TEXT = PAGE_STYLE.markup;
export const SCRIPT_TEXT = PAGE_SCRIPT.markup;

/** A whole page: nothing is fetched for it, without script it is loaded again now and then. */
export function renderPage(view: View, { live, now, alone = false }: ShellOptions): string {
  const follows = live !== undefined && view.refreshMs !== undefined;
  return renderDocument({
    title: view.title,
    style: PAGE_STYLE,
    script: PAGE_SCRIPT,
    alone,
    head: follows ? reload(view) : undefined,
    attributes: follows ? html`data-live="${live}" data-ms="${view.refreshMs}"` : undefined,
    body: html`<header>${crumbs(view, alone)} ${view.heading}</header>
      <main>${view.frame(view.parts)}</main>
      <footer>
        <p>
          As of
          <time id="as-of" datetime="${new Date(now).toISOString()}"
            >${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}</time
          >. Times are UTC, sizes stored bytes in powers of 1024. <span id="link-state" role="status"></span>
        </p>
        <p id="say" class="aside" role="status" data-told="${view.say}"></p>
      </footer>`,
  });
}

/** Seconds, at least, after which a page is loaded again where no script keeps it up to date. */
const RELOAD_SECONDS = 5;

function reload({ hasFields, refreshMs = 0 }: View): Html | undefined {
  if (hasFields === true) return undefined;
  const seconds = Math.max(RELOAD_SECONDS, Math.ceil(refreshMs / 1000));
  return html`<noscript><meta http-equiv="refresh" content="${seconds}" /></noscript>`;
}

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
