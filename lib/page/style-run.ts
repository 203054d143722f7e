import { css } from '../html/html.ts';

/** History, workers and the log. */
export const RUN = css`
  .history th,
  .history td,
  .workers th,
  .workers td {
    padding: 0.4rem 1rem 0.4rem 0;
    border-top: 1px solid var(--line);
    vertical-align: top;
  }
  .history thead th,
  .workers thead th {
    border-top: 0;
  }
  .history th {
    white-space: nowrap;
  }
  .history .said {
    color: var(--dim);
    font-size: 0.875rem;
  }
  .number {
    text-align: right;
    white-space: nowrap;
  }
  .past {
    width: fit-content;
    max-width: 100%;
  }
  .dates {
    display: flex;
    gap: 1rem;
    justify-content: space-between;
    color: var(--dim);
    font-size: 0.8rem;
    margin-top: 0.25rem;
  }
  .wide .strip {
    height: 4rem;
  }
  .wide .strip > * {
    flex: 0 1 auto;
    width: 2.2rem;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
    align-items: center;
  }
  .log {
    list-style: none;
    margin: 0;
    padding: 0.6rem 0.8rem;
    max-height: 28rem;
    overflow: auto;
    background: var(--page);
    border: 1px solid var(--line);
    border-radius: 0.5rem;
    font:
      0.82rem/1.5 ui-monospace,
      SFMono-Regular,
      Menlo,
      Consolas,
      'DejaVu Sans Mono',
      monospace;
  }
  .log li {
    white-space: pre-wrap;
  }
  .log time {
    color: var(--dim);
  }
  .log .warn {
    color: var(--warn);
  }
  .log .error {
    color: var(--bad);
  }
  .log:empty::before {
    content: 'nothing yet';
    color: var(--dim);
  }
  .plan {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .plan li {
    padding: 0.2rem 0;
    border-top: 1px solid var(--line);
  }
  @media (max-width: 56rem) {
    .history thead {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .history tr {
      display: grid;
      grid-template-columns: 1fr 1fr max-content;
      gap: 0 0.75rem;
      padding: 0.5rem 0;
      border-top: 1px solid var(--line);
    }
    .history th,
    .history td {
      border: 0;
      padding: 0.05rem 0;
    }
    .history th {
      grid-column: span 2;
    }
    .history .tag {
      float: right;
    }
    .history .number {
      text-align: left;
    }
    .history .said {
      grid-column: 1 / -1;
    }
    .history td:nth-child(4):not(:empty)::after {
      content: ' copied';
    }
    .history td:nth-child(5):not(:empty)::after,
    .workers td:nth-child(3)::after {
      content: ' written';
    }
    .workers td:nth-child(2)::after {
      content: ' snapshots';
    }
    .workers thead {
      display: none;
    }
    .workers,
    .workers tbody {
      display: block;
    }
    .workers tr {
      display: flex;
      flex-wrap: wrap;
      gap: 0 1rem;
      padding: 0.5rem 0;
      border-top: 1px solid var(--line);
    }
    .workers th,
    .workers td {
      border: 0;
      padding: 0;
    }
    .workers th,
    .workers .doing {
      flex: 1 0 100%;
    }
    .workers .doing {
      color: var(--dim);
      font-size: 0.9rem;
    }
  }
`;
