import { css } from '../../../html/html.ts';

/** What changes at phone width, where a row becomes a small card, and on paper: last, so that it wins. */
export const NARROW = css`
  @media (max-width: 56rem) {
    .cards {
      grid-template-columns: 1fr 1fr;
    }
    .pair {
      grid-template-columns: 1fr;
    }
    .groups > thead > tr {
      display: flex;
      flex-wrap: wrap;
      gap: 0.25rem 0.9rem;
      padding-bottom: 0.6rem;
    }
    .groups > thead > tr::before {
      content: 'Sort by';
      align-self: center;
      color: var(--dim);
      font-size: 0.875rem;
    }
    .groups:not(.sortable) > thead {
      display: none;
    }
    .groups > tbody > tr {
      grid-template-columns: 1fr 1fr max-content;
      gap: 0.1rem 0.75rem;
      padding: 0.75rem 0;
    }
    .groups > tbody > tr > th {
      grid-column: 1 / 3;
    }
    .groups .namespace {
      display: block;
    }
    .groups > tbody > tr > td:nth-child(2) {
      text-align: right;
    }
    .groups > tbody > tr > td:nth-child(n + 3) {
      text-align: left;
    }
    .groups > tbody > tr > td:nth-child(n + 3)::before {
      display: block;
      color: var(--dim);
      font-size: 0.8rem;
    }
    .groups > tbody > tr > td:nth-child(3)::before {
      content: 'Snapshots';
    }
    .groups > tbody > tr > td:nth-child(4)::before {
      content: 'New chunks';
    }
    .groups > tbody > tr > td:nth-child(5)::before {
      content: 'Known chunks';
    }
    .groups > tbody > tr > td:nth-child(6)::before {
      content: 'Written';
    }
    .groups > tbody > tr > td:nth-child(7)::before {
      content: 'Time';
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
    .controls {
      display: none;
    }
  }
`;
