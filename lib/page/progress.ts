import type { GroupRecord } from '../sync/report/group-record.ts';
import { html, type Html } from '../sync/report/page/html.ts';
import { formatBytes, formatCount, plural } from '../sync/report/words.ts';
import { NAMESPACES_RECORD } from '../sync/report/group-record.ts';
import { percentText, shareDone, type RunPosition } from '../sync/log-lines.ts';
import type { LiveRun } from '../sync/status/job-status.ts';

/** How far a run is, from what its workers have written. */
export interface RunProgress {
  readonly position: RunPosition;
  readonly bytes: number;
  /** Groups at work or waited for. */
  readonly working: readonly GroupRecord[];
}

/** Undefined while the run is not planned. */
export function progressOf({ run, groups }: LiveRun): RunProgress | undefined {
  if (groups === undefined || run.working === undefined) return undefined;
  const records = groups.filter(({ name }) => name !== NAMESPACES_RECORD);
  const working = records.filter(({ state }) => state === 'running' || state === 'waiting');
  return {
    position: { groups: Math.max(run.working, records.length), done: records.length - working.length, working },
    bytes: records.reduce((sum, { tally }) => sum + tally.bytes, 0),
    working,
  };
}

/** What a run is doing, in a line: `at work: 45.10%, 3 of 8 groups, 1.2 GiB written`. */
export function describeLive(live: LiveRun): string {
  const stopping = live.stopAsked ? ', asked to stop at its next safe point' : '';
  if (live.run.state === 'waiting') return `waiting for its turn${stopping}`;
  const progress = progressOf(live);
  if (progress === undefined) return `looking at both sides${stopping}`;
  const { position, bytes, working } = progress;
  const workers = working.filter(({ state }) => state === 'running').length;
  const groups = `${formatCount(position.done)} of ${plural(position.groups, 'group')}`;
  return `at work: ${percentText(position)}, ${groups}, ${plural(workers, 'worker')}, ${formatBytes(bytes)} written${stopping}`;
}

/** A bar for the eye; the words beside it say the same. */
export function progressBar(live: LiveRun): Html | undefined {
  const progress = progressOf(live);
  if (progress === undefined) return undefined;
  const share = Math.round(shareDone(progress.position) * 1000) / 10;
  return html`<svg class="progress" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect width="100" height="4" class="track" />
    <rect width="${share}" height="4" class="done" />
  </svg>`;
}
