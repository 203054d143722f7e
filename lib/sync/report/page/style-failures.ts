import { css } from '../../../html/html.ts';

/** The list of failures, and what is folded away below them. */
export const FAILURES = css`
  .kind + .kind {
    margin-top: 1.5rem;
  }
  .count {
    display: inline-block;
    min-width: 1.6em;
    padding: 0 0.45em;
    border-radius: 1em;
    background: var(--bad-soft);
    color: var(--bad);
    font-size: 0.8rem;
    text-align: center;
  }
  .advice {
    margin: 0.15rem 0 0.6rem;
    color: var(--dim);
    max-width: 65rem;
  }
  .failures {
    list-style: none;
  }
  .failures li {
    padding: 0.7rem 0 0.7rem 0.9rem;
    border-left: 0.2rem solid var(--bad);
    margin-top: 0.5rem;
  }
  .where {
    display: flex;
    flex-wrap: wrap;
    gap: 0 0.5rem;
    font-weight: 600;
  }
  .where span + span {
    font-weight: 400;
  }
  .where span + span::before {
    content: '›';
    margin-right: 0.5rem;
    color: var(--dim);
  }
  .codes code + code::before {
    content: '·';
    margin: 0 0.4rem 0 0.1rem;
  }
  summary {
    width: fit-content;
    color: var(--accent);
    cursor: pointer;
  }
  .kept,
  .names {
    padding-left: 1.25rem;
  }
  .names {
    columns: 24rem;
    margin-top: 0.4rem;
  }
`;
