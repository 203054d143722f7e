import { formatGroup } from '../../../datastore/group.ts';
import type { Detail, Report } from '../report.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../words.ts';
import { html, type Html } from '../../../html/html.ts';
import { leftOutText, outcomesOf } from './outcomes.ts';

/** The table of groups that had work. Roles are written out: rows are laid out as grids, which some readers take for no table. */
export function groupsSection({ details }: Report): Html | undefined {
  if (details.length === 0) return undefined;
  const largest = Math.max(1, ...details.map(({ tally }) => tally.bytes));
  const isMixed = new Set(details.map(({ state }) => state)).size > 1;
  const rows = details.toSorted((a, b) => URGENCY[a.state] - URGENCY[b.state]);
  return html`<section aria-labelledby="groups">
    <h2 id="groups">Groups</h2>
    ${controls(details)} ${rows.length > SHOWN_AT_ONCE ? WITHOUT_SCRIPT : undefined}
    <table class="groups" role="table">
      <caption>
        ${plural(details.length, 'group')} with work${isMixed ? ': what did not get done first, then by name' : ''}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${COLUMNS.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
        </tr>
      </thead>
      ${rows.map((detail, at) => body(detail, largest, at >= SHOWN_AT_ONCE))}
    </table>
  </section>`;
}

/** A page of thousands of rows takes seconds to lay out: it opens with these, and the script shows the others when asked to. */
const SHOWN_AT_ONCE = 500;

const HIDDEN = html` hidden`;

const WITHOUT_SCRIPT = html`<noscript>
  <style>
    .groups > tbody[hidden] {
      display: block !important;
    }
  </style>
</noscript>`;

const COLUMNS = ['Group', 'State', 'Snapshots', 'New chunks', 'Known chunks', 'Written', 'Time'] as const;

const STATES = {
  ok: { word: 'done', tone: 'good' },
  errors: { word: 'errors', tone: 'warn' },
  stopped: { word: 'stopped', tone: 'idle' },
  waiting: { word: 'waiting', tone: 'bad' },
  running: { word: 'no result', tone: 'bad' },
} as const satisfies Record<Detail['state'], unknown>;

const URGENCY = { running: 0, waiting: 0, errors: 1, stopped: 2, ok: 3 } as const satisfies Record<Detail['state'], number>;

/** Shown by the script alone: without it all groups are there, and nothing to find them by but the browser's own search. */
function controls(details: readonly Detail[]): Html {
  const counts = Map.groupBy(details, ({ state }) => STATES[state].word);
  return html`<div class="controls" hidden>
    <label>Find <input id="find" type="search" autocomplete="off" spellcheck="false" /></label>
    <label>
      State
      <select id="state-filter">
        <option value="">all</option>
        ${[...counts].map(([word, those]) => html`<option value="${word}">${word} (${formatCount(those.length)})</option>`)}
      </select>
    </label>
    <output id="shown" for="find state-filter"></output>
    <button type="button" id="show-all" hidden>Show all</button>
  </div>`;
}

/** One group: its row, and below it what became of its snapshots. `data-` holds what its columns are sorted by. */
function body(detail: Detail, largest: number, isHidden: boolean): Html {
  const { word, tone } = STATES[detail.state];
  const { tally } = detail;
  const seconds = Math.max(0, Date.parse(detail.updatedAt) - Date.parse(detail.startedAt ?? detail.updatedAt)) / 1000;
  const keys = [URGENCY[detail.state], detail.snapshots, tally.chunks, tally.chunksKnown, tally.bytes, seconds];
  return html`<tbody
    role="rowgroup"
    data-name="${formatGroup(detail)}"
    data-state="${word}"
    data-keys="${keys.join(' ')}"
    ${isHidden ? HIDDEN : undefined}
  >
    <tr role="row">
      <th role="rowheader" scope="row">${nameOf(detail)}${notes(detail)}</th>
      <td role="cell"><span class="tag ${tone}">${word}</span></td>
      <td role="cell">${snapshots(detail)}</td>
      <td role="cell">${formatCount(tally.chunks)}</td>
      <td role="cell">${formatCount(tally.chunksKnown)}</td>
      <td role="cell" class="written" style="--share:${Math.round((tally.bytes / largest) * 100)}%">
        ${formatBytes(tally.bytes)}
      </td>
      <td role="cell">${formatSeconds(seconds)}</td>
    </tr>
    ${outcomesOf(detail)}
  </tbody> `;
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
    ...(state === 'waiting' && doing !== undefined ? [doing] : []),
    ...skipped.map(leftOutText),
    ...copyRefusals.map(({ code, count }) => `${plural(count, 'copy', 'copies')} refused by the provider: ${code}`),
  ];
  return parts.length === 0 ? undefined : html`<span class="notes">${parts.join('; ')}</span>`;
}
