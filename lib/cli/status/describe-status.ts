import type { Lag } from '../../sync/report/lag.ts';
import { formatBytes, formatRate, formatSpan, plural } from '../../sync/report/words.ts';
import type { JobStatus, LiveRun, RecentRun } from '../../sync/status/job-status.ts';
import { liveProgress } from '../../sync/status/live-progress.ts';

/** Cells of the table, each a few words; times are as long ago, or as far ahead, as the larger of their units says. */

/** `3 d`, not `3 d 4 h`. */
export function shortSpan(seconds: number): string {
  return formatSpan(Math.max(0, seconds)).split(' ').slice(0, 2).join(' ');
}

/** A run's state, and `lost` of one that says that it is at work and is not. */
export function stateOf({ state, lost }: RecentRun): string {
  return lost === true ? 'lost' : state;
}

export function lastText(run: RecentRun | undefined, now: number): string {
  if (run === undefined) return 'never ran';
  const seconds = (now - Date.parse(run.endedAt ?? run.startedAt)) / 1000;
  return `${stateOf(run)} ${shortSpan(seconds)} ago`;
}

/** `current`, `3 missing for 14 h`, `unknown for 3 d`. */
export function lagText({ state, missing, seconds }: Lag): string {
  if (state === 'current') return state;
  const time = seconds === undefined || seconds === 0 ? '' : ` for ${shortSpan(seconds)}`;
  return state === 'behind' ? `${String(missing)} missing${time}` : `${state}${time}`;
}

export function nextText({ suspension, health, nextRun, starts }: JobStatus, now: number): string {
  if (suspension !== undefined) return 'suspended';
  const [overdue] = health.overdue;
  if (overdue !== undefined) return `overdue ${shortSpan(overdue.seconds)}`;
  if (nextRun !== undefined) return `in ${shortSpan((Date.parse(nextRun) - now) / 1000)}`;
  return starts.length > 0 ? 'triggered' : 'by hand';
}

/** What goes on now; empty: nothing. */
export function nowText(live: readonly LiveRun[], now: number): string {
  const parts = live.map((run) => liveText(run, now));
  return parts.length <= 1 ? (parts[0] ?? '') : parts.map((text) => `(${text})`).join(' ');
}

/** `groups 12/40, 3 workers, 1.2 GiB, 35 MiB/s`. */
export function liveText(live: LiveRun, now: number): string {
  const { groups, done, working, bytes, seconds } = liveProgress(live, now);
  const ending = live.stopAsked ? ['is asked to stop'] : [];
  if (live.run.state === 'waiting') return [live.run.message ?? 'waits for its turn', ...ending].join(', ');
  if (groups === undefined) return ['plans', ...ending].join(', ');
  const rate = formatRate(bytes, seconds);
  return [
    `groups ${String(done)}/${String(groups)}`,
    ...(working.length > 0 ? [plural(working.length, 'worker')] : []),
    ...(rate === undefined ? [] : [formatBytes(bytes), rate]),
    ...ending,
  ].join(', ');
}
