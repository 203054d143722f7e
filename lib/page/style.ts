import { css, html } from '../html/html.ts';
import { SHARED_STYLE } from '../html/style.ts';
import { FORM } from './style-form.ts';
import { JOBS } from './style-jobs.ts';
import { RUN } from './style-run.ts';
import { STRIP } from './style-strip.ts';

const COMMON = css`
  a {
    color: var(--accent);
    text-underline-offset: 0.15em;
    text-decoration-thickness: 1px;
  }
  h3 a,
  .brand a {
    text-decoration: none;
  }
  h3 a:hover,
  .brand a:hover {
    text-decoration: underline;
  }
  .plain {
    list-style: none;
  }
  .tag {
    display: inline-block;
    padding: 0.05rem 0.6rem;
    border-radius: 1rem;
    background: var(--tone-soft);
    color: var(--tone);
    font-size: 0.85rem;
    font-weight: 600;
    white-space: nowrap;
  }
  .label {
    color: var(--dim);
    font-size: 0.875rem;
  }
  .facts div {
    justify-content: flex-start;
  }
  .facts dt {
    flex: none;
    width: 11rem;
    color: var(--dim);
  }
  .facts dd {
    min-width: min(100%, 14rem);
    flex: 1;
  }
  .after {
    margin-top: 1.25rem;
  }
  .verdict a {
    color: inherit;
    font-weight: 650;
  }
  .brand a {
    padding: 0.35rem 0;
  }
  #link-state {
    color: var(--bad);
    font-weight: 600;
  }
  #link-state:not(:empty) {
    position: fixed;
    inset: auto 0 0;
    padding: 0.75rem 1.5rem;
    background: var(--bad-soft);
    border-top: 1px solid var(--bad);
  }
  body.stale {
    padding-bottom: 6rem;
  }
  html:has(> .stale) {
    scroll-padding-bottom: 5rem;
  }
  .verdict > div {
    min-width: 0;
  }
  .progress {
    display: block;
    width: 100%;
    height: 0.4rem;
    border-radius: 0.2rem;
    overflow: hidden;
  }
  .progress .track {
    fill: var(--accent-soft);
  }
  .progress .done {
    fill: var(--accent);
  }
  .scroll {
    overflow-x: auto;
  }
  @media (max-width: 56rem) {
    body {
      padding: 1.25rem 1rem 2rem;
    }
    h1 {
      font-size: 1.5rem;
    }
    section {
      padding: 1rem 1.1rem;
    }
  }
`;

/** The style sheet of all pages but the report's. */
export const PAGE_STYLE = html`${SHARED_STYLE}${COMMON}${STRIP}${JOBS}${RUN}${FORM}`;
