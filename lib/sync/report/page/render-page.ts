import { describeReport, describeTrouble, describeWork } from '../describe-report.ts';
import { failuresSection } from './failures.ts';
import { groupsSection } from './groups.ts';
import { banner, type StateWords } from '../../../html/banner.ts';
import { renderDocument } from '../../../html/document.ts';
import { html, type Html } from '../../../html/html.ts';
import { GROUPS_SCRIPT } from './script.ts';
import { STATES } from './states.ts';
import { STYLE } from './style.ts';
import { leftOutSection, movedSection, removedSection, requestsSection, totalsSection } from './totals.ts';
import type { Report } from '../report.ts';
import { sentence } from '../words.ts';

/** The report as one page that opens from disk: nothing is fetched, nothing is lost without script. Every text is escaped. */
export function renderReportPage(report: Report): string {
  const state = STATES[report.state];
  return renderDocument({
    title: `${report.job}: ${state.word.toLowerCase()}, ${formatTime(report.startedAt)}`,
    style: STYLE,
    script: GROUPS_SCRIPT,
    alone: true,
    body: html`${header(report)}
      <main>
        ${verdict(report, state)} ${totalsSection(report)} ${failuresSection(report)} ${leftOutSection(report)}
        ${removedSection(report)}
        ${report.details.length === 0 ? undefined : html`<div class="pair">${movedSection(report)}${requestsSection(report)}</div>`}
        ${groupsSection(report)}
      </main>
      <footer>
        <p>
          Run <code>${report.id}</code> of job <code>${report.job}</code>. Sizes are stored bytes in powers of 1024; what
          deduplication saved is content. Times are UTC.
        </p>
      </footer>`,
  });
}

function header({ job, source, target, startedAt, endedAt, workerThreads }: Report): Html {
  return html`<header>
    <p class="brand">Flotilla</p>
    <h1>${job}</h1>
    <dl class="route">
      <div>
        <dt>From</dt>
        <dd><code>${source}</code></dd>
      </div>
      <div>
        <dt>To</dt>
        <dd><code>${target}</code></dd>
      </div>
    </dl>
    <p class="when">${time(startedAt)} to ${time(endedAt)}, worker-threads ${workerThreads}</p>
  </header>`;
}

function verdict(report: Report, state: StateWords): Html {
  const word = report.dryRun && report.state === 'ok' ? 'Dry run' : state.word;
  return banner('verdict', { ...state, word }, html`<p>${sentences(report)}</p>`);
}

/** The console's sentence, less what the page says elsewhere. */
function sentences(report: Report): string {
  const [first] = report.failures;
  if (report.state === 'skipped') return report.reason ?? first?.message ?? '';
  if (report.state === 'failed') return first?.message ?? '';
  if (report.dryRun) return sentence(describeReport(report));
  const parts = [describeWork(report), describeTrouble(report).join(', ')];
  return parts
    .filter((part) => part !== '')
    .map(sentence)
    .join(' ');
}

function time(iso: string): Html {
  return html`<time datetime="${iso}">${formatTime(iso)}</time>`;
}

const formatTime = (iso: string): string => iso.replace('T', ' ').replace(/\.\d+Z$|Z$/, '');
