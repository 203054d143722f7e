import { css } from '../html/html.ts';

/** A bar's shape says how its run ended as its colour does: full, notched, pointed, hollow, low. */
export const STRIP = css`
  .strip {
    display: flex;
    align-items: flex-end;
    gap: 2px;
    height: 2.5rem;
    min-width: 0;
  }
  .strip.none {
    align-items: center;
    color: var(--dim);
    font-size: 0.875rem;
  }
  .strip > * {
    flex: 0 1 0.75rem;
    min-width: 3px;
    border-radius: 2px;
    background: var(--tone);
  }
  .strip > a:hover {
    outline: 2px solid var(--ink);
    outline-offset: 1px;
  }
  .strip > .ok {
    background: var(--good);
  }
  .strip > .warnings {
    background: linear-gradient(var(--warn) 0 0.3rem, transparent 0.3rem 0.5rem, var(--good) 0.5rem);
  }
  .strip > .errors {
    background: var(--warn);
    clip-path: polygon(0 0, 100% 0.6rem, 100% 100%, 0 100%);
  }
  .strip > .failed {
    background: var(--bad);
    clip-path: polygon(0 0, 50% 0.5rem, 100% 0, 100% 100%, 50% calc(100% - 0.5rem), 0 100%);
  }
  .strip > .stopped,
  .strip > .dry {
    background: none;
    border: 2px solid var(--idle);
  }
  .strip > .dry {
    border-style: dotted;
  }
  .strip > .skipped {
    background: var(--idle);
  }
  .strip > .running,
  .strip > .waiting {
    background: repeating-linear-gradient(var(--accent) 0 3px, var(--accent-soft) 3px 6px);
  }
  .strip > :focus-visible {
    clip-path: none;
  }
  .strip > .h1 {
    height: 14%;
  }
  .strip > .h2 {
    height: 24%;
  }
  .strip > .h3 {
    height: 35%;
  }
  .strip > .h4 {
    height: 46%;
  }
  .strip > .h5 {
    height: 57%;
  }
  .strip > .h6 {
    height: 68%;
  }
  .strip > .h7 {
    height: 79%;
  }
  .strip > .h8 {
    height: 90%;
  }
  .strip > .h9 {
    height: 100%;
  }
  .strip > .failed {
    height: 100%;
  }
`;
