import { adviceFor, type Advice } from '../failure-advice.ts';
import { html, type Html } from '../../../html/html.ts';
import type { Failure } from '../group-record.ts';
import type { Report } from '../report.ts';
import { formatCount, plural } from '../words.ts';

/** What failed and what to do, by kind, in the order of their first appearance. */
export function failuresSection({ failures, failureCount }: Report): Html | undefined {
  if (failureCount === 0) return undefined;
  const kinds = Map.groupBy(failures, ({ kind }) => adviceFor(kind));
  const more = failureCount - failures.length;
  return html`<section aria-labelledby="failures">
    <h2 id="failures">${plural(failureCount, 'failure')}</h2>
    ${[...kinds].map(([advice, those]) => kindOf(advice, those))}
    ${more === 0 ? undefined : html`<p>${formatCount(more)} more are counted, but not named here: the groups that failed are marked below.</p>`}
  </section>`;
}

/** Failures of one kind that are open from the start; the others are folded away. */
const SHOWN_AT_ONCE = 20;

function kindOf({ title, whatToDo }: Advice, failures: readonly Failure[]): Html {
  const rest = failures.slice(SHOWN_AT_ONCE);
  return html`<div class="kind">
    <h3>${title} <span class="count">${formatCount(failures.length)}</span></h3>
    ${whatToDo === undefined ? undefined : html`<p class="advice">${whatToDo}</p>`} ${list(failures.slice(0, SHOWN_AT_ONCE))}
    ${
      rest.length === 0
        ? undefined
        : html`<details>
            <summary>${formatCount(rest.length)} more of them</summary>
            ${list(rest)}
          </details>`
    }
  </div>`;
}

function list(failures: readonly Failure[]): Html {
  return html`<ul class="failures">
    ${failures.map(entry)}
  </ul>`;
}

function entry(failure: Failure): Html {
  const { group, snapshot, archive, digest, message, kind, code, moreDigests = [], neededBy = [] } = failure;
  const { neededByCount = neededBy.length } = failure;
  const where = [group, snapshot, archive].filter((part) => part !== undefined);
  return html`<li>
    ${where.length === 0 ? undefined : html`<p class="where">${where.map((part) => html`<span>${part}</span>`)}</p>`}
    <p class="message">${message}</p>
    <p class="codes">
      <code>${kind}</code> <code>${code}</code>${digest === undefined ? undefined : html` <code>chunk ${digest}</code>`}
    </p>
    ${folded(moreDigests, plural(moreDigests.length, 'more damaged chunk'), 0)}
    ${folded(neededBy, `needed by ${plural(neededByCount, 'other snapshot')} of this run`, neededByCount - neededBy.length)}
  </li>`;
}

function folded(names: readonly string[], summary: string, more: number): Html | undefined {
  if (names.length === 0) return undefined;
  return html`<details>
    <summary>${summary}</summary>
    <ul class="names">
      ${names.map((name) => html`<li><code>${name}</code></li>`)}
      ${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : undefined}
    </ul>
  </details>`;
}
