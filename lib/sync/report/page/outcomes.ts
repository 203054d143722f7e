import { formatGroup } from '../../../datastore/group.ts';
import { SKIP_WORDS } from '../../skip-reasons.ts';
import type { Skipped } from '../group-record.ts';
import type { SnapshotDetail } from '../outcome.ts';
import type { Detail } from '../report.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../words.ts';
import { html, type Html } from '../../../html/html.ts';

/** What became of each snapshot of one group, folded away; undefined: nothing is known of any. */
export function outcomesOf(detail: Detail): Html | undefined {
  const { outcomes, outcomeCount } = detail;
  if (outcomes.length === 0) return undefined;
  const more = outcomeCount - outcomes.length;
  return html`<tr role="row" class="more">
    <td role="cell" colspan="7">
      <details>
        <summary>${plural(outcomeCount, 'snapshot')}<span class="aside"> of ${formatGroup(detail)}</span></summary>
        <ul class="outcomes">
          ${outcomes.map(line)}
          ${more === 0 ? undefined : html`<li>${formatCount(more)} more went well, and are counted alone</li>`}
        </ul>
      </details>
    </td>
  </tr>`;
}

/** One element a snapshot, since there may be thousands: a sentence rather than a table in a table. */
function line(outcome: SnapshotDetail): Html {
  const text = `${outcome.snapshot} ${endText(outcome)}${movedText(outcome)}, ${formatSeconds(outcome.seconds)}`;
  const tone = TONES[outcome.outcome];
  return tone === undefined ? html`<li>${text}</li> ` : html`<li class="${tone}">${text}</li> `;
}

const TONES = { copied: undefined, updated: undefined, failed: 'bad', 'left-out': 'warn' } as const;

function movedText({ moved }: SnapshotDetail): string {
  const { chunks, chunksKnown, bytes } = moved;
  if (bytes === 0 && chunksKnown === 0) return '';
  return `; ${formatBytes(bytes)} written, ${plural(chunks, 'new chunk')}, ${formatCount(chunksKnown)} known`;
}

/** Why it was taken up, where that is not just that it was new. */
const REASONS: Readonly<Record<SnapshotDetail['reason'], string>> = {
  new: '',
  gap: 'was missing between others',
  retry: 'failed before',
  changed: 'changed on the source',
  added: 'files came later on the source',
  corrupt: 'its copy was damaged and written anew',
};

function endText(outcome: SnapshotDetail): string {
  if (outcome.outcome === 'failed') return `failed: ${outcome.failure.message}`;
  if (outcome.outcome === 'left-out') return `left out: ${SKIP_WORDS[outcome.skipped]}`;
  const why = REASONS[outcome.reason];
  return why === '' ? outcome.outcome : `${outcome.outcome}: ${why}`;
}

/** `2 snapshots left out, a to b: in-progress backup`. */
export function leftOutText({ count, reason, first, last }: Skipped): string {
  return `${plural(count, 'snapshot')} left out, ${first === last ? first : `${first} to ${last}`}: ${SKIP_WORDS[reason]}`;
}
