import { formatGroup } from '../datastore/group.ts';
import { banner, type StateWords } from '../html/banner.ts';
import { fact, facts } from '../html/facts.ts';
import { html, type Html } from '../html/html.ts';
import type { GroupRecord } from '../sync/report/group-record.ts';
import { STATES } from '../sync/report/page/states.ts';
import { formatBytes, formatCount, formatSeconds, sentence } from '../sync/report/words.ts';
import type { LiveRun, RecentRun } from '../sync/status/job-status.ts';
import { triggerText } from './history.ts';
import { jobPath, runPath } from './links.ts';
import { logLines, type LogLine } from './log.ts';
import { describeProgress, progressBar } from './progress.ts';
import { liveProgress } from '../sync/status/live-progress.ts';
import { tokenField, type FormState } from './run-form.ts';
import { secondsOf, wordOf } from './strip.ts';
import { formatTime, timeElement } from './time-words.ts';
import { REFRESH_BUSY_MS, type View } from './view.ts';

/** A run of the past or of the present, with what its workers have written while it is at work. */
export interface ShownRun extends LiveRun {
  readonly run: RecentRun;
  /** Its process died or was stopped, and the service that shows it goes on with it. */
  readonly resumes?: true;
}

export interface RunPage {
  readonly live: ShownRun;
  /** What was kept of its log, the last lines; undefined: none was. */
  readonly log: readonly LogLine[] | undefined;
  readonly hasReport: boolean;
  readonly form: Pick<FormState, 'token'>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** One run: how far it is and what its workers do while it is at work; how it ended, and where its report is. */
export function runView(page: RunPage): View {
  const { run } = page.live;
  const isOver = hasEnded(page.live);
  const words = wordsOf(page.live);
  const parts = [
    {
      id: 'verdict',
      markup: banner('verdict', words, bodyOf(page)),
    },
    { id: 'actions', markup: actions(page) },
    { id: 'workers', markup: html`<div id="workers">${isOver ? undefined : workersSection(page)}</div>` },
    { id: 'facts', markup: factsSection(page) },
  ];
  return {
    title: `${run.job}: ${words.word.toLowerCase()}, ${formatTime(run.startedAt)}`,
    trail: [
      { name: run.job, path: jobPath(run.job) },
      { name: `run of ${formatTime(run.startedAt)}`, path: runPath(run) },
    ],
    heading: html`<h1>${run.job}</h1>
      <p class="when">Run of ${timeElement(run.startedAt)}</p>`,
    parts,
    frame: ([first, act, workers, about]) =>
      html`${first?.markup} ${act?.markup} ${workers?.markup} ${about?.markup} ${logSection(page)}`,
    say: isOver ? `The run has ended: ${words.word}` : words.word,
    ...(!isOver && { refreshMs: REFRESH_BUSY_MS }),
  };
}

/** Its machine or its process died, and it said no word. */
const LOST = 'it said no word at its end: its process was killed, or its machine went down; the next run goes on from there';

const RESUMES = 'its process died, or was stopped: this service goes on with it from there';

function hasEnded({ run: { endedAt, lost }, resumes }: ShownRun): boolean {
  return resumes !== true && (endedAt !== undefined || lost === true);
}

function wordsOf({ run, resumes }: ShownRun): StateWords {
  if (resumes === true) return { ...STATES.waiting, word: 'Goes on soon' };
  return { ...STATES[run.lost === true ? 'failed' : run.state], word: wordOf(run) };
}

function bodyOf(page: RunPage): Html | undefined {
  const text = textOf(page);
  return text === undefined ? undefined : html`<p>${sentence(text)}</p>`;
}

function textOf({ live, now }: RunPage): string | undefined {
  const { run, resumes } = live;
  if (resumes === true) return RESUMES;
  if (!hasEnded(live)) return describeProgress(live, now);
  return run.lost === true ? LOST : run.message;
}

function actions({ live, hasReport, form }: RunPage): Html {
  const { run, stopAsked } = live;
  const isOver = hasEnded(live);
  if (hasReport && isOver)
    return html`<p id="actions" class="actions after"><a href="${runPath(run)}/report">Open the report</a></p>`;
  if (isOver) return html`<p id="actions" class="beside after">It left no report.</p>`;
  if (stopAsked)
    return html`<p id="actions" class="beside after">It ends as soon as what is under way has come to a safe point.</p>`;
  return html`<form id="actions" class="actions after" method="post" action="${runPath(run)}/stop">
    ${tokenField(form)}
    <button class="halt">Stop the run</button>
    <span class="help">It ends at a safe point: what is copied stays, and the next run goes on from there.</span>
  </form>`;
}

/** Workers that a page shows. */
const SHOWN = 64;

function workersSection({ live, now }: RunPage): Html | undefined {
  const { working } = liveProgress(live, now);
  if (live.groups === undefined) return undefined;
  const rows = working.slice(0, SHOWN).map(workerRow);
  const more = working.length - rows.length;
  return html`<section aria-labelledby="workers-heading">
    <h2 id="workers-heading">Workers</h2>
    ${progressBar(live, now)}
    ${
      rows.length === 0
        ? html`<p class="beside">No group is at work just now.</p>`
        : html`<div class="scroll">
            <table class="workers">
              <thead>
                <tr>
                  <th scope="col">Group</th>
                  <th scope="col" class="number">Snapshots</th>
                  <th scope="col" class="number">Written</th>
                  <th scope="col">What it is doing</th>
                </tr>
              </thead>
              <tbody>
                ${rows}
              </tbody>
            </table>
          </div>`
    }
    ${more > 0 ? html`<p class="beside">and ${formatCount(more)} more</p>` : undefined}
  </section>`;
}

function workerRow(record: GroupRecord): Html {
  const { snapshotsDone, snapshots, tally, doing = 'begins' } = record;
  return html`<tr>
    <th scope="row"><code>${formatGroup(record)}</code></th>
    <td class="number">${formatCount(snapshotsDone)} of ${formatCount(snapshots)}</td>
    <td class="number">${formatBytes(tally.bytes)}</td>
    <td class="doing">${doing}</td>
  </tr> `;
}

function factsSection({ live: { run }, now }: RunPage): Html {
  const { summary, groups, working, endedAt } = run;
  return html`<section id="facts" aria-labelledby="facts-heading">
    <h2 id="facts-heading">The run</h2>
    ${facts(
      fact('Started', html`${timeElement(run.startedAt)}, ${triggerText(run) ?? 'by hand'}`),
      fact('Ended', endedAt && timeElement(endedAt)),
      fact('Time', formatSeconds(secondsOf(run, now))),
      fact('Groups', groups === undefined ? undefined : `${formatCount(groups)}, ${formatCount(working ?? 0)} with work`),
      fact('Snapshots copied', summary && formatCount(summary.copied)),
      fact('Written', summary && formatBytes(summary.bytes)),
      fact('Name', html`<code>${run.id}</code>`),
    )}
  </section>`;
}

function logSection({ log, hasReport }: RunPage): Html {
  return html`<section aria-labelledby="log-heading">
    <h2 id="log-heading">Log</h2>
    ${log === undefined ? html`<p class="beside">${hasReport ? NOT_KEPT : NOT_HERE}</p>` : logList(log)}
  </section>`;
}

const NOT_KEPT = 'What it logged is no longer kept here: the report has what became of each group.';
const NOT_HERE = 'What it logged is not kept here: another process runs it, or ran it.';

function logList(log: readonly LogLine[]): Html {
  return html`<ol
    id="log"
    class="log"
    tabindex="0"
    role="log"
    aria-live="off"
    aria-labelledby="log-heading"
    data-last="${log.at(-1)?.number ?? 0}"
  >
    ${logLines(log)}
  </ol>`;
}
