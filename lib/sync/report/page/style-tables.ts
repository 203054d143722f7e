import { css, html } from './html.ts';

const WIDE = css`
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
  .requests th,
  .requests td {
    padding: 0.3rem 0;
    border-top: 1px solid var(--line);
  }
  .requests td,
  .requests thead th + th {
    text-align: right;
  }
  .requests thead th {
    border-top: 0;
  }
  .requests tfoot th,
  .requests tfoot td {
    font-weight: 650;
  }
  .zero {
    color: var(--dim);
  }
  .filter {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem;
    align-items: center;
    margin-bottom: 0.75rem;
  }
  .filter[hidden] {
    display: none;
  }
  #filter {
    font: inherit;
    color: inherit;
    background: var(--page);
    border: 1px solid var(--dim);
    border-radius: 0.4rem;
    padding: 0.3rem 0.6rem;
    width: min(20rem, 100%);
  }
  #filter:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  #shown {
    color: var(--dim);
    font-size: 0.875rem;
  }
  .groups,
  .groups caption,
  .groups thead,
  .groups tbody {
    display: block;
  }
  .groups tr {
    display: grid;
    grid-template-columns:
      minmax(0, 1fr) 6rem 6rem 6.5rem 7rem 8rem
      6.5rem;
    gap: 0 0.75rem;
    align-items: start;
    padding: 0.55rem 0;
    border-top: 1px solid var(--line);
  }
  .groups tbody tr {
    content-visibility: auto;
    contain-intrinsic-size: auto 2.65rem;
  }
  .groups tr[hidden] {
    display: none;
  }
  .groups thead tr {
    border-top: 0;
    padding-top: 0;
  }
  .groups td:nth-child(n + 3),
  .groups thead th:nth-child(n + 3) {
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

/** At phone width a row becomes a small card: name and state, then its numbers with their names. */
const PHONE = css`
  @media (max-width: 56rem) {
    .cards {
      grid-template-columns: 1fr 1fr;
    }
    .pair {
      grid-template-columns: 1fr;
    }
    .groups thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .groups tr {
      grid-template-columns: 1fr 1fr max-content;
      gap: 0.1rem 0.75rem;
      padding: 0.75rem 0;
    }
    .groups th {
      grid-column: 1 / 3;
    }
    .groups .namespace {
      display: block;
    }
    .groups td:nth-child(2) {
      text-align: right;
    }
    .groups td:nth-child(n + 3) {
      text-align: left;
    }
    .groups td:nth-child(n + 3)::before {
      display: block;
      color: var(--dim);
      font-size: 0.8rem;
    }
    .groups td:nth-child(3)::before {
      content: 'Snapshots';
    }
    .groups td:nth-child(4)::before {
      content: 'New chunks';
    }
    .groups td:nth-child(5)::before {
      content: 'Known chunks';
    }
    .groups td:nth-child(6)::before {
      content: 'Written';
    }
    .groups td:nth-child(7)::before {
      content: 'Time';
    }
    .groups tbody tr {
      contain-intrinsic-size: auto 8.5rem;
    }
    .written {
      background-position: left bottom;
    }
  }
  @media (max-width: 34rem) {
    body {
      padding: 1.25rem 0.9rem 2rem;
    }
    section {
      padding: 1rem;
    }
    .cards {
      gap: 0.6rem;
    }
    .card {
      padding: 0.75rem 0.9rem;
    }
    .value {
      font-size: 1.3rem;
    }
    .route {
      display: block;
    }
  }
  @media print {
    body {
      background: none;
      max-width: none;
    }
    section {
      break-inside: auto;
    }
    .filter {
      display: none;
    }
  }
`;

/** The tables, and all that changes on narrow screens and on paper: last, so that it wins. */
export const TABLES = html`${WIDE}${PHONE}`;
