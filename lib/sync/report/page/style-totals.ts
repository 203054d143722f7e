import { css } from '../../../html/html.ts';

/** The head of the report, its numbers and the table of requests. */
export const TOTALS = css`
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
  .notes,
  .codes {
    color: var(--dim);
    font-size: 0.875rem;
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
  .requests th,
  .requests td {
    padding: 0.3rem 0;
    border-top: 1px solid var(--line);
  }
  .requests td,
  .requests thead th + th {
    text-align: right;
    padding-left: 1rem;
    overflow-wrap: normal;
  }
  .requests thead th {
    border-top: 0;
  }
  .requests tfoot th,
  .requests tfoot td {
    font-weight: 650;
  }
  .requests + p {
    margin-top: 0.8rem;
  }
  .zero {
    color: var(--dim);
  }
`;
