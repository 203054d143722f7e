import { css, html } from '../../../html/html.ts';

const GROUPS = css`
  .controls input {
    width: 16rem;
  }
  #show-all {
    font: inherit;
    color: var(--accent);
    background: none;
    border: 1px solid var(--line);
    border-radius: 0.4rem;
    padding: 0.3rem 0.75rem;
    cursor: pointer;
  }
  thead button {
    font: inherit;
    color: inherit;
    background: none;
    border: 0;
    margin: 0;
    padding: 0.15rem 0;
    text-align: inherit;
    cursor: pointer;
  }
  thead button:hover,
  [aria-sort] button {
    color: var(--ink);
  }
  [aria-sort] button::after {
    content: ' ↓';
  }
  [aria-sort='ascending'] button::after {
    content: ' ↑';
  }
  .groups,
  .groups > caption,
  .groups > thead,
  .groups > tbody {
    display: block;
  }
  .groups > thead > tr,
  .groups > tbody > tr {
    display: grid;
    grid-template-columns:
      minmax(0, 1fr) 6rem 6rem 6.5rem 7rem 8rem
      6.5rem;
    gap: 0 0.75rem;
    align-items: start;
    padding: 0.55rem 0;
  }
  .groups tbody {
    border-top: 1px solid var(--line);
    contain: layout style paint;
  }
  .groups > tbody > .more {
    display: block;
    padding: 0 0 0.45rem;
    margin-top: -0.4rem;
  }
  .groups .more > td {
    display: block;
    text-align: left;
  }
  .groups > thead > tr {
    padding-top: 0;
  }
  .groups > tbody > tr > td:nth-child(n + 3),
  .groups > thead th:nth-child(n + 3) {
    text-align: right;
  }
  .namespace {
    color: var(--dim);
  }
  .name {
    font-weight: 600;
  }
  .notes {
    display: block;
    font-weight: 400;
  }
  .tag {
    display: inline-block;
    padding: 0 0.6em;
    border-radius: 1em;
    background: var(--tone-soft);
    color: var(--tone);
    font-size: 0.875rem;
    white-space: nowrap;
  }
  .written {
    background: linear-gradient(var(--accent) 0 0) no-repeat right bottom / var(--share) 2px;
    padding-bottom: 2px;
  }
`;

/** What became of the snapshots of one group, folded away below its row. */
const OUTCOMES = css`
  .outcomes {
    list-style: none;
    margin-top: 0.4rem;
    font-size: 0.9rem;
  }
  .outcomes li {
    padding: 0.2rem 0;
    border-top: 1px solid var(--line);
  }
  .outcomes .bad,
  .outcomes .warn {
    color: var(--tone);
  }
`;

/** The table of groups. No `content-visibility`: Chromium hides from screen readers what that leaves out of the layout. */
export const GROUPS_STYLE = html`${GROUPS}${OUTCOMES}`;
