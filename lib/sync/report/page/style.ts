import { COLOURS } from './colours.ts';
import { css, html } from './html.ts';
import { FAILURES } from './style-failures.ts';
import { GROUPS_STYLE } from './style-groups.ts';
import { NARROW } from './style-narrow.ts';
import { TABLES } from './style-tables.ts';

/** What all pages have in common. */
export const PAGE = css`
  * {
    box-sizing: border-box;
  }
  body {
    margin: 0 auto;
    padding: 2rem 1.5rem 3rem;
    max-width: 76rem;
    background: var(--page);
    color: var(--ink);
    font:
      1rem/1.5 system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Helvetica Neue',
      sans-serif;
    overflow-wrap: anywhere;
  }
  code {
    font:
      0.9em ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      'DejaVu Sans Mono',
      monospace;
  }
  h1,
  h2,
  h3,
  p,
  dl,
  dd,
  ul {
    margin: 0;
    padding: 0;
  }
  h1 {
    font-size: 1.9rem;
    line-height: 1.2;
    letter-spacing: -0.015em;
  }
  h2 {
    font-size: 1.15rem;
    margin-bottom: 0.75rem;
  }
  h3 {
    font-size: 1rem;
  }
  section {
    margin-top: 1.25rem;
    padding: 1.25rem 1.4rem;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 0.75rem;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
    border-radius: 0.2rem;
  }
  .brand {
    color: var(--accent);
    font-weight: 650;
    font-size: 0.85rem;
    letter-spacing: 0.04em;
  }
  .route {
    display: flex;
    flex-wrap: wrap;
    gap: 0.15rem 1.75rem;
    margin-top: 0.5rem;
  }
  .route div {
    display: flex;
    gap: 0.5rem;
    align-items: baseline;
  }
  .route dt,
  .when,
  footer,
  .beside,
  caption,
  .notes,
  .codes {
    color: var(--dim);
    font-size: 0.875rem;
  }
  .when {
    margin-top: 0.25rem;
  }
  footer {
    margin-top: 1.5rem;
  }
  .verdict {
    display: flex;
    gap: 1rem;
    align-items: flex-start;
    background: var(--tone-soft);
    border-color: transparent;
    border-left: 0.35rem solid var(--tone);
  }
  .verdict h2 {
    margin: 0;
    font-size: 1.35rem;
    color: var(--tone);
  }
  .sign {
    flex: none;
    width: 2rem;
    height: 2rem;
    border-radius: 50%;
    background: var(--tone);
    color: var(--card);
    font-weight: 700;
    display: grid;
    place-items: center;
  }
  .aside {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
  }
  section:has(> .cards) {
    padding: 0;
    border: 0;
    background: none;
  }
  .cards {
    display: grid;
    grid-template-columns: repeat(4, 1fr);
    gap: 1rem;
  }
  .card {
    padding: 1rem 1.25rem;
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 0.75rem;
  }
  .card dt {
    color: var(--dim);
    font-size: 0.875rem;
  }
  .value {
    display: block;
    font-size: 1.6rem;
    font-weight: 620;
    line-height: 1.3;
    letter-spacing: -0.01em;
    font-variant-numeric: tabular-nums;
  }
  .card.warn .beside {
    color: var(--tone);
  }
  .pair {
    display: grid;
    grid-template-columns: 1fr 1fr;
    gap: 0 1.25rem;
    align-items: stretch;
  }
  .bar {
    height: 0.6rem;
    border-radius: 0.3rem;
    background: var(--accent-soft);
    overflow: hidden;
    margin: 0.25rem 0 1rem;
  }
  .bar span {
    display: block;
    height: 100%;
    background: var(--accent);
  }
  .facts div {
    display: flex;
    flex-wrap: wrap;
    justify-content: space-between;
    gap: 0 1rem;
    padding: 0.4rem 0;
    border-top: 1px solid var(--line);
  }
  .facts div:first-child {
    border-top: 0;
  }
  .facts dd {
    font-variant-numeric: tabular-nums;
  }
`;

/** The page's whole style sheet. */
export const STYLE = html`${COLOURS}${PAGE}${FAILURES}${TABLES}${GROUPS_STYLE}${NARROW}`;
