import { formatGroup } from '../datastore/group.ts';
import { banner, paragraphs } from '../html/banner.ts';
import { fact, facts } from '../html/facts.ts';
import { html, type Html } from '../html/html.ts';
import { formatCount, formatSpan, plural } from '../sync/report/words.ts';
import type { JobStatus, LiveRun } from '../sync/status/job-status.ts';
import { lagBeside, lagSentence, lagText } from './lag-words.ts';
import { historyPath, jobPath, runPath } from './links.ts';
import { describeLive, progressBar } from './progress.ts';
import { runForm, type FormState } from './run-form.ts';
import { strip, STRIP_RUNS } from './strip.ts';
import { formatTime, relativeElement, timeElement } from './time-words.ts';
import { judgeJob, type Verdict } from './verdict.ts';
import { REFRESH_BUSY_MS, REFRESH_IDLE_MS, type View } from './view.ts';

export interface JobPage {
  readonly status: JobStatus;
  /** What the form holds. */
  readonly form: FormState;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** One job: how it stands, its runs, and the form that starts one. */
export function jobView({ status, form, now }: JobPage): View {
  const { id, live } = status;
  const verdict = judgeJob(status, now);
  const parts = [
    { id: 'verdict', markup: banner('verdict', verdict, paragraphs(verdict.why)) },
    { id: 'live', markup: html`<div id="live">${live.map((each) => liveSection(each, now))}</div>` },
    { id: 'about', markup: about(status, verdict, now) },
    { id: 'runs', markup: runs(status, now) },
  ];
  const faulty = form.faults.length > 0;
  return {
    title: `${id}: ${faulty ? 'nothing was started' : verdict.word.toLowerCase()}`,
    trail: [{ name: id, path: jobPath(id) }],
    heading: html`<h1>${id}</h1>
      <p class="when">${status.source.id} → ${status.target.id}</p>`,
    parts,
    frame: ([first, running, facts, past]) =>
      html`${first?.markup} ${running?.markup}
      ${faulty ? html`${runForm(id, form)} ${facts?.markup} ${past?.markup}` : html`${facts?.markup} ${past?.markup} ${runForm(id, form)}`}`,
    say: `${id}: ${verdict.word}`,
    hasFields: true,
    refreshMs: live.length > 0 ? REFRESH_BUSY_MS : REFRESH_IDLE_MS,
  };
}

function liveSection(live: LiveRun, now: number): Html {
  return html`<section class="now" aria-label="At work">
    ${progressBar(live, now)}
    <p><a href="${runPath(live.run)}">Run of ${formatTime(live.run.startedAt)}</a>, ${describeLive(live, now)}</p>
  </section>`;
}

function about(status: JobStatus, { why }: Verdict, now: number): Html {
  const { source, target, starts, nextRun, health } = status;
  const { lag, maxLagSeconds, standing } = health;
  const next = nextRun === undefined ? undefined : html`${timeElement(nextRun)} UTC, ${relativeElement(nextRun, now)}`;
  const good = standing?.lastGood;
  // The banner says it in a sentence already.
  const isSaid = why.some((each) => each.startsWith(lagSentence(lag)));
  return html`<section id="about" aria-labelledby="about-heading">
    <h2 id="about-heading">The copy</h2>
    ${facts(
      fact('Lag', isSaid ? undefined : html`<strong>${lagText(lag)}</strong>, ${lagBeside(lag)}`),
      fact('max-lag', maxLagSeconds === undefined ? undefined : formatSpan(maxLagSeconds)),
      fact('From', html`${source.id}: <code>${source.place}</code>`),
      fact('To', html`${target.id}: <code>${target.place}</code>`),
      fact('Starts', starts.length === 0 ? 'when somebody starts it' : starts.join('; ')),
      fact('Next run', next),
      fact(
        'Last good run',
        good &&
          html`<a href="${runPath({ job: status.id, id: good.id })}">${formatTime(good.endedAt)}</a>,
            ${relativeElement(good.endedAt, now)}`,
      ),
      fact('Both sides last seen', lag.asOf && html`${timeElement(lag.asOf)}, ${relativeElement(lag.asOf, now)}`),
    )}
    ${behindGroups(status)}
  </section>`;
}

/** Groups that are named. */
const NAMED = 50;

function behindGroups({ health }: JobStatus): Html | undefined {
  const behind = health.groups.filter(({ missing }) => missing > 0);
  if (behind.length === 0) return undefined;
  const sorted = behind.toSorted((a, b) => (a.since ?? '~').localeCompare(b.since ?? '~'));
  const lines = sorted
    .slice(0, NAMED)
    .map(
      ({ group, missing, since }) =>
        html`<li>
          <code>${formatGroup(group)}</code>:
          ${plural(missing, 'snapshot')}${since === undefined ? '' : `, the oldest of ${formatTime(since)}`}
        </li>`,
    );
  const more = behind.length - lines.length;
  return html`<details>
    <summary>${plural(behind.length, 'group')} with missing snapshots</summary>
    <ul>
      ${lines} ${more > 0 ? html`<li>and ${formatCount(more)} more</li>` : undefined}
    </ul>
  </details>`;
}

function runs({ id, recent }: JobStatus, now: number): Html {
  const shown = recent.slice(0, STRIP_RUNS);
  const [newest, oldest] = [shown.at(0), shown.at(-1)];
  const dates =
    newest === undefined || oldest === undefined || newest === oldest
      ? undefined
      : html`<p class="dates"><span>${formatTime(oldest.startedAt)}</span><span>${formatTime(newest.startedAt)}</span></p>`;
  return html`<section id="runs" class="wide" aria-labelledby="runs-heading">
    <h2 id="runs-heading">Runs</h2>
    <div class="past">
      ${strip(recent, { label: `Last ${plural(shown.length, 'run')}, the oldest first`, links: true, now })} ${dates}
    </div>
    ${recent.length === 0 ? undefined : html`<p class="after"><a href="${historyPath(id)}">Runs as a table</a></p>`}
  </section>`;
}
