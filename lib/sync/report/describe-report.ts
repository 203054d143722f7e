import type { Report } from './report.ts';
import { heldBack } from './held-back.ts';
import { retryAdvice } from './retry-advice.ts';
import { formatBytes, formatCount, formatSeconds, plural } from './words.ts';

/** One plain sentence for the console: how the run ended, what it moved, what to look at. */
export function describeReport(report: Report): string {
  const ended = howItEnded(report);
  if (report.state === 'failed') return `${ended}: ${report.failures[0]?.message ?? 'no cause was given'}`;
  if (report.state === 'skipped' || report.dryRun) return ended;
  const parts = [
    `${ended}: ${describeWork(report)}`,
    ...describeGaps(report),
    ...describeTrouble(report),
    ...firstFailure(report),
    ...[heldBack(report), retryAdvice(report.tally)],
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

/** `done in 3 min 5 s`, `failed after 0.3 s`, `skipped: run r7 waits already`; no dry run says more than that it was one. */
export function howItEnded({ state, reason, dryRun, seconds, failures, groups }: Report): string {
  if (state === 'skipped') return `skipped: ${reason ?? failures[0]?.message ?? 'another run is at work'}`;
  if (state === 'failed') return `failed after ${formatSeconds(seconds)}`;
  if (dryRun) return `dry run: nothing was changed; the source has ${plural(groups.total, 'group')}`;
  return `${HOW_ENDED[state]} in ${formatSeconds(seconds)}`;
}

function describeGaps({ leftOut }: Report): string[] {
  const { 'held-back': held = 0, 'older-than-newest': older = 0 } = leftOut;
  const parts = [
    held > 0 ? `${plural(held, 'snapshot')} held back by a newer copy that the source does not have: ${HELD_BACK_ADVICE}` : '',
    older > 0 ? `${plural(older, 'snapshot')} of the source older than the newest copy not on the target` : '',
  ];
  return parts.filter((part) => part !== '');
}

const HELD_BACK_ADVICE = 'the log names it; set fill-gaps, or forget that copy on the target if it is wrong';

const HOW_ENDED = {
  ok: 'done',
  warnings: 'done with warnings',
  errors: 'done with errors',
  stopped: 'stopped',
  running: 'at work',
  waiting: 'waiting',
} as const;

/** What a run did, without how it ended. */
export function describeWork({ state, groups, snapshots, tally, removed }: Report): string {
  const parts = [
    snapshots.copied > 0 ? `${plural(snapshots.copied, 'snapshot')} copied` : '',
    snapshots.updated > 0 ? `${plural(snapshots.updated, 'snapshot')} updated` : '',
    tally.bytes > 0 ? `${formatBytes(tally.bytes)} written` : '',
    removed !== undefined && removed.snapshots > 0 ? `${plural(removed.snapshots, 'snapshot')} removed` : '',
  ].filter((part) => part !== '');
  if (parts.length > 0) return `${parts.join(', ')} (${formatCount(groups.ok)} of ${plural(groups.planned, 'group')} done)`;
  return groups.planned === 0 && state !== 'stopped'
    ? `nothing to do, ${plural(groups.total, 'group')} up to date`
    : 'nothing written';
}

/** What is missing, one part each; none: all is well. */
export function describeTrouble({ state, groups, snapshots }: Report): string[] {
  return [
    snapshots.failed > 0 ? `${plural(snapshots.failed, 'snapshot')} failed` : '',
    groups.errors > 0 ? `${plural(groups.errors, 'group')} with errors` : '',
    groups.unfinished > 0 ? `${plural(groups.unfinished, 'group')} not finished` : '',
    state === 'stopped' ? 'the next run goes on from there' : '',
  ].filter((part) => part !== '');
}

/** The first failure in full, and how many there are; none where there is none. */
export function firstFailure({ failures, failureCount }: Report): string[] {
  const [first] = failures;
  if (first === undefined) return [];
  const where = first.group === undefined || first.message.includes(first.group) ? '' : `${first.group}: `;
  return [`${failureCount === 1 ? 'the failure' : `the first of ${plural(failureCount, 'failure')}`}: ${where}${first.message}`];
}
