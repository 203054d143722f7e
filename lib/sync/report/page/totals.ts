import { REQUEST_KINDS, type RequestCounts } from '../../../datastore/object-store.ts';
import { heldBack } from '../held-back.ts';
import { retryAdvice } from '../retry-advice.ts';
import { fact, facts } from '../../../html/facts.ts';
import { html, type Html } from '../../../html/html.ts';
import type { Report } from '../report.ts';
import { SKIP_REASONS, SKIP_WORDS } from '../../skip-reasons.ts';
import { capitalize, formatBytes, formatCount, formatRate, formatSeconds, plural, sentence } from '../words.ts';

const joined = (parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(', ');

/** The four numbers that are looked for first. */
export function totalsSection({ groups, snapshots, tally, seconds, workerThreads }: Report): Html {
  const beside = joined([
    snapshots.updated > 0 ? `${formatCount(snapshots.updated)} updated` : '',
    snapshots.failed > 0 ? `${formatCount(snapshots.failed)} failed` : '',
  ]);
  return html`<section aria-labelledby="totals">
    <h2 id="totals" class="aside">Totals</h2>
    <dl class="cards">
      ${card('Snapshots copied', formatCount(snapshots.copied), beside || 'none updated, none failed', snapshots.failed > 0 ? 'warn' : '')}
      ${card('Written', formatBytes(tally.bytes), plural(tally.chunks, 'new chunk'))}
      ${card('Time', formatSeconds(seconds), formatRate(tally.bytes, seconds)?.concat(' on average') ?? plural(workerThreads, 'worker'))}
      ${groupsCard(groups)}
    </dl>
  </section>`;
}

function groupsCard({ total, planned, ok, errors, unfinished }: Report['groups']): Html {
  const upToDate = `${formatCount(total - planned)} up to date`;
  if (planned === 0) return card('Groups with work', '0', total === 0 ? 'none looked at' : upToDate);
  const beside = joined([
    errors > 0 ? `${formatCount(errors)} with errors` : '',
    unfinished > 0 ? `${formatCount(unfinished)} not finished` : '',
    upToDate,
  ]);
  return card('Groups done', `${formatCount(ok)} of ${formatCount(planned)}`, beside, ok < planned ? 'warn' : '');
}

function card(label: string, value: string, beside: string, tone = ''): Html {
  return html`<div class="card ${tone}">
    <dt>${label}</dt>
    <dd><span class="value">${value}</span> <span class="beside">${beside}</span></dd>
  </div>`;
}

/** How much of what the snapshots are made of had to move at all. */
export function movedSection({ tally, snapshots }: Report): Html {
  const all = tally.chunks + tally.chunksKnown;
  const share = all === 0 ? 0 : Math.round((tally.chunks / all) * 1000) / 10;
  return html`<section aria-labelledby="moved">
    <h2 id="moved">What moved</h2>
    <div class="bar" aria-hidden="true"><span style="width:${share}%"></span></div>
    ${facts(
      fact('Chunks written', noted(formatCount(tally.chunks), all === 0 ? undefined : `${String(share)} % of those looked at`)),
      fact('Chunks the target had', noted(formatCount(tally.chunksKnown), 'by reference')),
      fact('Saved by deduplication', noted(formatBytes(tally.bytesSaved), 'of content')),
      fact('Chunks verified on the way', formatCount(tally.verified)),
      fact('Objects the provider copied', tally.copied === 0 ? undefined : noted(formatCount(tally.copied), 'unverified')),
      fact('Bytes written', formatCount(tally.bytes)),
      fact('Snapshots updated', formatCount(snapshots.updated)),
    )}
  </section>`;
}

/** Nobody should find out on the day of a restore what was left out. */
export function leftOutSection({ leftOut }: Report): Html | undefined {
  const reasons = SKIP_REASONS.filter((reason) => (leftOut[reason] ?? 0) > 0);
  if (reasons.length === 0) return undefined;
  return html`<section aria-labelledby="left-out">
    <h2 id="left-out">Left out</h2>
    ${facts(...reasons.map((reason) => fact(capitalize(SKIP_WORDS[reason]), plural(leftOut[reason] ?? 0, 'snapshot'))))}
  </section>`;
}

function noted(value: string, beside: string | undefined): Html {
  return html`${value}${beside === undefined ? undefined : html` <span class="beside">${beside}</span>`}`;
}

/** Requests are what providers bill beside bytes, retries included. */
export function requestsSection(report: Report): Html {
  const { source, target } = report.tally;
  const row = (kind: string, from: number, to: number): Html =>
    html`<tr><th scope="row">${kind}</th><td${zero(from)}>${formatCount(from)}</td><td${zero(to)}>${formatCount(to)}</td></tr>`;
  const told = [heldBack(report), retryAdvice(report.tally)].filter((words) => words !== undefined);
  const sum = (counts: RequestCounts): number => REQUEST_KINDS.reduce((total, kind) => total + counts[kind], 0);
  return html`<section aria-labelledby="requests">
    <h2 id="requests">Requests</h2>
    <table class="requests">
      <caption>
        Requests the workers sent, retries included
      </caption>
      <thead>
        <tr>
          <th scope="col">Kind</th>
          <th scope="col">Source</th>
          <th scope="col">Target</th>
        </tr>
      </thead>
      <tbody>
        ${REQUEST_KINDS.map((kind) => row(kind.toUpperCase(), source[kind], target[kind]))}
      </tbody>
      <tfoot>
        ${row('All', sum(source), sum(target))} ${row('of them sent again', source.retried, target.retried)}
        ${row('answered by “slow down”', source.throttled, target.throttled)}
      </tfoot>
    </table>
    ${told.map((words) => html`<p>${sentence(words)}</p>`)}
  </section>`;
}

const zero = (count: number): Html | undefined => (count === 0 ? html` class="zero"` : undefined);

/** What remove-vanished took away, and what it left although the source no longer has it. */
export function removedSection({ removed }: Report): Html | undefined {
  if (removed === undefined) return undefined;
  const { snapshots, groups, namespaces, kept } = removed;
  const what = `${plural(snapshots, 'snapshot')}, ${plural(groups, 'group')} and ${plural(namespaces, 'namespace')}`;
  return html`<section aria-labelledby="removed">
    <h2 id="removed">Removed from the target</h2>
    <p>${what} that the source no longer has.</p>
    ${
      kept.length === 0
        ? undefined
        : html`<p>Kept all the same:</p>
            <ul class="kept">
              ${kept.map((each) => html`<li>${each}</li>`)}
            </ul>`
    }
  </section>`;
}
