import { banner, type StateWords } from '../html/banner.ts';
import { html, type Html } from '../html/html.ts';
import { plural } from '../sync/report/words.ts';
import type { JobLook, JobStatus, LiveRun } from '../sync/status/job-status.ts';
import { lastRun } from '../sync/status/judge-status.ts';
import { jobPath, runPath } from './links.ts';
import { lagBeside, lagText } from './lag-words.ts';
import { describeLive, progressBar } from './progress.ts';
import { strip, wordOf } from './strip.ts';
import { formatTime, relativeElement } from './time-words.ts';
import { judgeJob, type Verdict } from './verdict.ts';
import { REFRESH_BUSY_MS, REFRESH_IDLE_MS, type Part, type View } from './view.ts';

interface Judged {
  readonly status: JobLook;
  readonly verdict: Verdict;
}

export interface OverviewOptions {
  /** Epoch milliseconds. */
  readonly now: number;
  /** False: the page stands alone, and leads nowhere. */
  readonly links: boolean;
}

/** What it takes to look at hundreds of jobs must leave the table to its runs. */
const REFRESH_EACH_MS = 40;

/** Jobs for which a field to find them helps. */
const FIND_FROM = 8;

/** All jobs, those that a person has to look at first, else in their own order. */
export function overviewView(jobs: readonly JobLook[], options: OverviewOptions): View {
  const judged = jobs.map((status) => ({ status, verdict: judgeJob(status, options.now) }));
  const sorted = judged.toSorted((a, b) => b.verdict.urgency - a.verdict.urgency);
  const isBusy = jobs.some((job) => job.unreadable === undefined && job.live.length > 0);
  const sum = summary(judged);
  return {
    title: `Flotilla: ${sum.word}`,
    trail: [],
    heading: html`<h1>Backup copies</h1>`,
    parts: [{ id: 'summary', markup: banner('summary', sum, sum.body) }, ...sorted.map((each) => jobPart(each, options))],
    frame: ([first, ...rows]) => html`${first?.markup} ${jobList(rows, judged)}`,
    say: sum.word,
    refreshMs: Math.max(jobs.length * REFRESH_EACH_MS, isBusy ? REFRESH_BUSY_MS : REFRESH_IDLE_MS),
  };
}

function jobList(rows: readonly Part[], judged: readonly Judged[]): Html {
  if (rows.length === 0) return html`<section><p>The configuration has no jobs.</p></section>`;
  const words = Map.groupBy(judged, ({ verdict }) => verdict.word);
  const controls = html`<div class="controls" hidden>
    <label>Find <input id="find" type="search" autocomplete="off" spellcheck="false" /></label>
    <label>
      State
      <select id="state-filter">
        <option value="">all</option>
        ${[...words].map(([word, those]) => html`<option value="${word}">${word} (${those.length})</option>`)}
      </select>
    </label>
    <output id="shown" for="find state-filter"></output>
  </div>`;
  return html`<section class="list" aria-labelledby="jobs-heading">
    <h2 id="jobs-heading" class="aside">Jobs</h2>
    ${rows.length >= FIND_FROM ? controls : undefined}
    <ol class="jobs" id="jobs" data-keyed>
      ${rows.map(({ markup }) => markup)}
    </ol>
  </section>`;
}

function summary(judged: readonly Judged[]): StateWords & { readonly body?: Html } {
  const troubled = judged.filter(({ verdict }) => verdict.urgency >= 2).toSorted((a, b) => b.verdict.urgency - a.verdict.urgency);
  const [worst] = troubled;
  if (worst !== undefined) {
    const { tone, sign } = worst.verdict;
    const word = `${String(troubled.length)} of ${plural(judged.length, 'job')} ${troubled.length === 1 ? 'needs' : 'need'} attention`;
    const more = troubled.length > NAMED ? html`<li>and ${troubled.length - NAMED} more</li>` : undefined;
    const body = html`<ul class="plain">
      ${troubled.slice(0, NAMED).map(troubleLine)} ${more}
    </ul>`;
    return { word, sign, tone, body };
  }
  const well = judged.filter(({ verdict }) => verdict.urgency === 0).length;
  if (judged.length > 0 && well === judged.length) {
    const word = judged.length === 1 ? 'The copy is up to date' : `All ${String(judged.length)} copies are up to date`;
    return { word, sign: '✓', tone: 'good' };
  }
  const others = Map.groupBy(
    judged.filter(({ verdict }) => verdict.urgency > 0),
    ({ verdict }) => verdict.word.toLowerCase(),
  );
  const words = [...others].map(([word, those]) => `${String(those.length)} ${word}`).join(', ');
  const word = `${String(well)} of ${plural(judged.length, 'copy', 'copies')} up to date`;
  return { word, sign: '–', tone: 'idle', body: html`<p>${words}</p>` };
}

/** Jobs that the summary names. */
const NAMED = 5;

function troubleLine({ status, verdict }: Judged): Html {
  const { id } = status;
  const isBehind = status.unreadable === undefined && status.health.lag.state !== 'current';
  const lag = isBehind ? `, lag ${lagText(status.health.lag)}` : '';
  return html`<li><a href="#job-${id}">${id}</a>: ${verdict.word.toLowerCase()}${lag}</li>`;
}

/** Reasons that a row gives; the job's own page has all. */
const SHOWN_WHY = 2;

function jobPart({ status, verdict }: Judged, options: OverviewOptions): Part {
  const { id, source, target } = status;
  const name = options.links ? html`<a href="${jobPath(id)}">${id}</a>` : html`${id}`;
  const why = verdict.urgency === 0 ? [] : verdict.why.slice(0, SHOWN_WHY).map((each) => html`<p>${each}</p>`);
  const markup = html`<li
    id="job-${id}"
    class="job ${verdict.tone}"
    data-state="${verdict.word}"
    data-find="${id} ${source.id} ${target.id}"
  >
    <div class="who">
      <h3><span class="dot" aria-hidden="true">${verdict.sign}</span>${name}</h3>
      <p class="beside">${source.id} → ${target.id}</p>
      <p><span class="tag ${verdict.tone}">${verdict.word}</span></p>
    </div>
    ${status.unreadable === undefined ? standing(status, options) : undefined}
    ${why.length === 0 ? undefined : html`<div class="why">${why}</div>`}
    ${status.unreadable === undefined ? status.live.map((live) => liveLine(live, options)) : undefined}
  </li> `;
  return { id: `job-${id}`, markup };
}

/** What is known of its copy, its past and its next run. */
function standing(status: JobStatus, { now, links }: OverviewOptions): Html {
  const { id, health, recent } = status;
  return html`<div class="lag ${health.lag.state}">
      <p><span class="label">Lag</span> <span class="value">${lagText(health.lag)}</span></p>
      <p class="beside">${lagBeside(health.lag)}</p>
    </div>
    ${strip(recent, { label: `Last runs of ${id}, the oldest first`, links, now })}
    <dl class="times">${times(status, now)}</dl>`;
}

function times(status: JobStatus, now: number): Html {
  const last = lastRun(status);
  return html`<div>
      <dt>Last run</dt>
      <dd>
        ${last === undefined ? 'none yet' : html`${wordOf(last).toLowerCase()}, ${relativeElement(last.endedAt ?? last.startedAt, now)}`}
      </dd>
    </div>
    <div>
      <dt>Next run</dt>
      <dd>${nextTime(status, now)}</dd>
    </div>`;
}

function nextTime({ nextRun, suspension, starts }: JobStatus, now: number): Html {
  if (nextRun !== undefined) return html`${relativeElement(nextRun, now)} <span class="beside">${formatTime(nextRun)} UTC</span>`;
  return html`${suspension === undefined ? (starts[0] ?? 'by hand') : 'none while suspended'}`;
}

function liveLine(live: LiveRun, { now, links }: OverviewOptions): Html {
  const words = describeLive(live, now);
  const text = links ? html`<a href="${runPath(live.run)}">${words}</a>` : html`${words}`;
  return html`<div class="now">
    ${progressBar(live, now)}
    <p>${text}</p>
  </div>`;
}
