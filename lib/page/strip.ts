import { html, type Html } from '../html/html.ts';
import { STATES } from '../sync/report/page/states.ts';
import { formatSeconds } from '../sync/report/words.ts';
import type { RunRecord } from '../sync/run-store.ts';
import type { RecentRun } from '../sync/status/job-status.ts';
import { runPath } from './links.ts';
import { formatTime } from './time-words.ts';

/** Runs that a strip shows. */
export const STRIP_RUNS = 30;

/** Heights that a bar may have, by how long its run took. */
const HEIGHTS = 9;

export interface StripOptions {
  /** Names the strip. */
  readonly label: string;
  /** False: bars lead nowhere, as in a file that is opened from disk. */
  readonly links: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The last runs as bars, the oldest first: the shape and the colour say how each ended, the height how long it took. The newest is the
 * one stop of the Tab key, and the script moves on from there by the arrow keys.
 */
export function strip(recent: readonly RecentRun[], options: StripOptions): Html {
  const runs = recent.slice(0, STRIP_RUNS).toReversed();
  if (runs.length === 0) return html`<p class="strip none">no runs yet</p>`;
  const longest = Math.max(60, ...runs.map((run) => secondsOf(run, options.now)));
  const bars = runs.map((run, at) => bar(run, { ...options, longest, isLast: at === runs.length - 1 }));
  return html`<p class="strip" role="group" aria-label="${options.label}">${bars}</p>`;
}

/** How long it took, or has taken so far. */
export function secondsOf({ startedAt, endedAt }: RunRecord, now: number): number {
  return Math.max(0, ((endedAt === undefined ? now : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000);
}

function bar(run: RecentRun, options: StripOptions & { readonly longest: number; readonly isLast: boolean }): Html {
  const seconds = secondsOf(run, options.now);
  const height =
    run.state === 'skipped' ? 1 : Math.max(1, Math.round((Math.sqrt(seconds) / Math.sqrt(options.longest)) * HEIGHTS));
  const name = `${wordOf(run)}, ${formatTime(run.startedAt)}, ${formatSeconds(seconds)}`;
  const look = `${lookOf(run)} h${String(height)}`;
  if (!options.links) return html`<i class="${look}" role="img" title="${name}"></i>`;
  const stop = options.isLast ? undefined : html`tabindex="-1"`;
  return html`<a class="${look}" href="${runPath(run)}" title="${name}" ${stop}></a>`;
}

function lookOf({ state, dryRun, lost }: RecentRun): string {
  if (lost === true) return 'failed';
  return dryRun === true ? 'dry' : state;
}

/** `Done`, `Dry run`, `Failed`; `Lost` is a run that ended without a word. */
export function wordOf({ state, dryRun, lost }: RecentRun): string {
  if (lost === true) return 'Lost';
  return dryRun === true && state === 'ok' ? 'Dry run' : STATES[state].word;
}
