import { html, type Html } from '../html/html.ts';
import { describeTrigger } from '../sync/describe-trigger.ts';
import { STATES } from '../sync/report/page/states.ts';
import { formatBytes, formatCount, formatSeconds, plural } from '../sync/report/words.ts';
import type { RunRecord } from '../sync/run-store.ts';
import type { RecentRun } from '../sync/status/job-status.ts';
import { historyPath, jobPath, runPath } from './links.ts';
import { secondsOf, wordOf } from './strip.ts';
import { formatTime } from './time-words.ts';
import type { View } from './view.ts';

/** The last runs of a job on a page of their own: it stays as it is while it is read. */
export function historyView(job: string, runs: readonly RecentRun[], now: number): View {
  return {
    title: `${job}: runs`,
    trail: [
      { name: job, path: jobPath(job) },
      { name: 'runs', path: historyPath(job) },
    ],
    heading: html`<h1>${job}</h1>
      <p class="when">${runs.length === 0 ? 'No runs yet' : `Last ${plural(runs.length, 'run')}`}</p>`,
    parts: [],
    frame: () => html`<section class="scroll">${runs.length === 0 ? undefined : historyTable(job, runs, now)}</section>`,
    say: '',
  };
}

/** Runs as a table, the newest first. */
function historyTable(job: string, runs: readonly RecentRun[], now: number): Html {
  return html`<table class="history">
    <caption class="aside">
      Runs of ${job}, the newest first
    </caption>
    <thead>
      <tr>
        <th scope="col">Started</th>
        <th scope="col">How it ended</th>
        <th scope="col" class="number">Time</th>
        <th scope="col" class="number">Copied</th>
        <th scope="col" class="number">Written</th>
        <th scope="col">What it said</th>
      </tr>
    </thead>
    <tbody>
      ${runs.map((run) => row(run, now))}
    </tbody>
  </table>`;
}

function row(run: RecentRun, now: number): Html {
  const { summary } = run;
  return html`<tr>
    <th scope="row"><a href="${runPath(run)}">${formatTime(run.startedAt)}</a></th>
    <td><span class="tag ${run.lost === true ? 'bad' : STATES[run.state].tone}">${wordOf(run)}</span></td>
    <td class="number">${run.state === 'skipped' ? '' : formatSeconds(secondsOf(run, now))}</td>
    <td class="number">${summary === undefined ? '' : formatCount(summary.copied)}</td>
    <td class="number">${summary === undefined ? '' : formatBytes(summary.bytes)}</td>
    <td class="said">${[triggerText(run), run.message].filter((each) => each !== undefined).join('; ')}</td>
  </tr> `;
}

/** What started it; undefined: a person, or a machine in one's place. */
export function triggerText(run: RunRecord): string | undefined {
  const late = run.missed === undefined ? '' : `, ${formatCount(run.missed.count)} missed before it`;
  const trigger = describeTrigger(run, formatTime);
  return trigger && `${trigger}${late}`;
}
