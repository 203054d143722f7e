import { css } from './html.ts';

/** Fields, and the line of those by which a list is narrowed. */
export const CONTROLS = css`
  .controls {
    display: flex;
    flex-wrap: wrap;
    gap: 0.6rem 1.25rem;
    align-items: center;
    margin-bottom: 0.75rem;
  }
  .controls label {
    display: flex;
    gap: 0.5rem;
    align-items: center;
  }
  #shown {
    color: var(--dim);
    font-size: 0.875rem;
  }
  input:not([type='checkbox']),
  select,
  textarea {
    font: inherit;
    color: inherit;
    background: var(--page);
    border: 1px solid var(--dim);
    border-radius: 0.4rem;
    padding: 0.35rem 0.6rem;
    min-width: 0;
    max-width: 100%;
  }
`;
