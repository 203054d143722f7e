import { css } from '../html/html.ts';

/** The overview: a job is a row on a desk and a card on a phone. */
export const JOBS = css`
  section.list {
    padding: 0;
    border: 0;
    background: none;
  }
  ::placeholder {
    color: var(--dim);
    opacity: 1;
  }
  .jobs {
    list-style: none;
    margin: 0;
    padding: 0;
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 0.6rem;
  }
  .job {
    display: grid;
    grid-template-columns: minmax(0, 15rem) minmax(0, 12rem) minmax(0, 1fr) minmax(0, 20rem);
    gap: 0.3rem 1.25rem;
    align-items: start;
    padding: 0.9rem 1.2rem;
    background: var(--card);
    border: 1px solid var(--line);
    border-left: 0.35rem solid var(--tone);
    border-radius: 0.75rem;
    content-visibility: auto;
    contain-intrinsic-size: none auto 6rem;
  }
  .job h3 {
    display: flex;
    gap: 0.5rem;
    align-items: baseline;
    font-size: 1.05rem;
  }
  .job .tag {
    margin-top: 0.3rem;
  }
  .dot {
    flex: none;
    color: var(--tone);
    font-weight: 700;
    width: 1rem;
    text-align: center;
  }
  .job .lag .label {
    display: block;
  }
  .job .lag .value {
    font-size: 1.25rem;
  }
  .job.bad .behind .value,
  .job.warn .behind .value,
  .job.warn .unknown .value {
    color: var(--tone);
  }
  .times div {
    display: flex;
    gap: 0.6rem;
  }
  .times dt {
    flex: none;
    width: 4.8rem;
    color: var(--dim);
    font-size: 0.875rem;
    line-height: 1.7;
  }
  .times .beside {
    white-space: nowrap;
  }
  .job .why,
  .job .now {
    grid-column: 1 / -1;
    margin-top: 0.25rem;
  }
  .job .why {
    color: var(--tone);
  }
  .job.idle .why {
    color: var(--dim);
  }
  .now p {
    margin-top: 0.25rem;
    font-size: 0.9rem;
    font-variant-numeric: tabular-nums;
  }
  @media (max-width: 56rem) {
    .job {
      grid-template-columns: minmax(0, 1fr) max-content;
      padding: 0.9rem 1rem;
    }
    .job .lag {
      text-align: right;
      max-width: 11rem;
    }
    .job .strip,
    .job .times {
      grid-column: 1 / -1;
      margin-top: 0.35rem;
    }
    .strip > * {
      flex: 1 1 0;
      max-width: 1rem;
    }
  }
`;
