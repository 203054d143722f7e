import { html, type Html } from '../html/html.ts';
import { formatBytes, formatCount, plural } from '../sync/report/words.ts';
import { percentText, shareDone, type RunPosition } from '../sync/log-lines.ts';
import type { LiveRun } from '../sync/status/job-status.ts';
import { liveProgress } from '../sync/status/live-progress.ts';

/** Undefined while the run is not planned. `now` is epoch milliseconds. */
function positionOf(live: LiveRun, now: number): RunPosition | undefined {
  const { groups, done, working } = liveProgress(live, now);
  return groups === undefined || live.groups === undefined ? undefined : { groups, done, working };
}

/** What a run is doing, in a line of its own: `at work: 45.10%, 3 of 8 groups, 4 workers, 1.2 GiB written`. */
export function describeLive(live: LiveRun, now: number): string {
  const isCounted = live.run.state !== 'waiting' && positionOf(live, now) !== undefined;
  return `${isCounted ? 'at work: ' : ''}${describeProgress(live, now)}`;
}

/** The same where it is said already that it is at work: `45.10%, 3 of 8 groups, 4 workers, 1.2 GiB written`. */
export function describeProgress(live: LiveRun, now: number): string {
  const stopping = live.stopAsked ? ', asked to stop at its next safe point' : '';
  if (live.run.state === 'waiting') return `${live.run.message ?? 'waits for its turn'}${stopping}`;
  const position = positionOf(live, now);
  if (position === undefined) return `looking at both sides${stopping}`;
  const { groups, done, working } = position;
  const { bytes } = liveProgress(live, now);
  const counts = `${formatCount(done)} of ${plural(groups, 'group')}, ${plural(working.length, 'worker')}`;
  return `${percentText(position)}, ${counts}, ${formatBytes(bytes)} written${stopping}`;
}

/** A bar for the eye; the words beside it say the same. */
export function progressBar(live: LiveRun, now: number): Html | undefined {
  const position = positionOf(live, now);
  if (position === undefined) return undefined;
  const share = Math.round(shareDone(position) * 1000) / 10;
  return html`<svg class="progress" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
    <rect width="100" height="4" class="track" />
    <rect width="${share}" height="4" class="done" />
  </svg>`;
}
