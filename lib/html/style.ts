import { COLOURS } from './colours.ts';
import { css, html } from './html.ts';
import { CONTROLS } from './style-controls.ts';

const BASE = css`
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
  .when,
  footer,
  .beside,
  caption {
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
  .value {
    display: block;
    font-size: 1.6rem;
    font-weight: 620;
    line-height: 1.3;
    letter-spacing: -0.01em;
    font-variant-numeric: tabular-nums;
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
  table {
    border-collapse: collapse;
    width: 100%;
    font-variant-numeric: tabular-nums;
  }
  caption {
    text-align: left;
    padding-bottom: 0.4rem;
  }
  th {
    text-align: left;
    font-weight: 500;
  }
  thead th {
    color: var(--dim);
    font-size: 0.875rem;
  }
  [hidden] {
    display: none !important;
  }
`;

/** What all pages have in common: it goes first, so that what a page says of its own wins. */
export const SHARED_STYLE = html`${COLOURS}${BASE}${CONTROLS}`;
