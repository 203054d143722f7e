import { css } from './html.ts';

/** What all tables have in common, and the small one of requests. */
export const TABLES = css`
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
  .requests + p {
    margin-top: 0.8rem;
  }
  .zero {
    color: var(--dim);
  }
`;
