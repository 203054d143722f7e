import { html, type Html } from './html.ts';
import type { Detail, Report } from '../report.ts';
import { SKIP_WORDS } from '../../skip-reasons.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../words.ts';

/** The table of groups that had work. Roles are written out: rows are laid out as grids, which some readers take for no table. */
export function groupsSection({ details }: Report): Html | undefined {
  if (details.length === 0) return undefined;
  const largest = Math.max(1, ...details.map(({ tally }) => tally.bytes));
  return html`<section aria-labelledby="groups">
    <h2 id="groups">Groups</h2>
    <p class="filter" hidden>
      <label for="filter">Show only</label>
      <input id="filter" type="search" placeholder="name or state" autocomplete="off" spellcheck="false" />
      <output id="shown" for="filter"></output>
    </p>
    <table class="groups" role="table">
      <caption>
        ${plural(details.length, 'group')} with work, by name
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${details.map((record) => row(record, largest))}
      </tbody>
    </table>
  </section>`;
}

const COLUMNS = ['Group', 'State', 'Snapshots', 'New chunks', 'Known chunks', 'Written', 'Time'] as const;

const STATES = {
  ok: { word: 'done', tone: 'good' },
  errors: { word: 'errors', tone: 'warn' },
  stopped: { word: 'stopped', tone: 'idle' },
  waiting: { word: 'waiting', tone: 'bad' },
  running: { word: 'no result', tone: 'bad' },
} as const satisfies Record<Detail['state'], unknown>;

function row(record: Detail, largest: number): Html {
  const { word, tone } = STATES[record.state];
  const { tally } = record;
  const seconds = Math.max(0, Date.parse(record.updatedAt) - Date.parse(record.startedAt ?? record.updatedAt)) / 1000;
  const share = Math.round((tally.bytes / largest) * 100);
  return html`<tr role="row">
    <th role="rowheader" scope="row">${nameOf(record)}${notes(record)}</th>
    <td role="cell"><span class="tag ${tone}">${word}</span></td>
    <td role="cell">${snapshots(record)}</td>
    <td role="cell">${formatCount(tally.chunks)}</td>
    <td role="cell">${formatCount(tally.chunksKnown)}</td>
    <td role="cell" class="written" style="--share:${share}%">${formatBytes(tally.bytes)}</td>
    <td role="cell">${formatSeconds(seconds)}</td>
  </tr> `;
}

function nameOf({ namespace, name }: Detail): Html {
  return html`${namespace === '' ? undefined : html`<span class="namespace">${namespace}/</span>`}<span class="name"
      >${name}</span
    >`;
}

function snapshots({ snapshotsDone, snapshots: all }: Detail): string {
  return snapshotsDone === all ? formatCount(all) : `${formatCount(snapshotsDone)} of ${formatCount(all)}`;
}

function notes({ skipped, failureCount, state, doing, copyRefusals = [] }: Detail): Html | undefined {
  const parts = [
    ...(failureCount > 0 ? [plural(failureCount, 'failure')] : []),
    ...(state === 'running' && doing !== undefined ? [`last seen at ${doing}`] : []),
    ...skipped.map(({ count, reason }) => `${plural(count, 'snapshot')} left out: ${SKIP_WORDS[reason]}`),
    ...copyRefusals.map(({ code, count }) => `${plural(count, 'copy', 'copies')} refused by the provider: ${code}`),
  ];
  return parts.length === 0 ? undefined : html`<span class="notes">${parts.join('; ')}</span>`;
}
