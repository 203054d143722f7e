import { css } from '../html/html.ts';

/** The form that starts a run. */
export const FORM = css`
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
    gap: 1.1rem 1.75rem;
    margin: 0.5rem 0 1rem;
  }
  .field {
    display: flex;
    flex-direction: column;
    gap: 0.25rem;
    min-width: 0;
  }
  .field > label {
    font-weight: 600;
  }
  .field input:not([type='checkbox']),
  .field textarea,
  .field select {
    width: 100%;
  }
  .field .none {
    font-size: 0.875rem;
  }
  .help {
    color: var(--dim);
    font-size: 0.83rem;
    line-height: 1.4;
  }
  .fault {
    color: var(--bad);
    font-weight: 600;
    font-size: 0.9rem;
  }
  form > .fault {
    margin: 0.6rem 0;
  }
  [aria-invalid='true'] {
    border-color: var(--bad) !important;
    border-width: 2px !important;
  }
  .actions .help {
    flex: 1 1 16rem;
  }
  form details {
    margin: 0.25rem 0 1rem;
  }
  summary {
    cursor: pointer;
    color: var(--accent);
    padding: 0.2rem 0;
  }
  button {
    font: inherit;
    font-weight: 600;
    padding: 0.5rem 1.1rem;
    border-radius: 0.5rem;
    border: 1px solid var(--accent);
    background: var(--accent);
    color: var(--card);
    cursor: pointer;
  }
  button.second {
    background: none;
    color: var(--accent);
  }
  button.halt {
    background: none;
    color: var(--bad);
    border-color: var(--bad);
  }
  button:hover {
    filter: brightness(1.08);
  }
`;
