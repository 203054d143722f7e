import { banner, paragraphs } from '../html/banner.ts';
import { html, type Html } from '../html/html.ts';
import { formatCount, sentence } from '../sync/report/words.ts';
import { jobPath, previewPath } from './links.ts';
import { hidden, type FormState } from './run-form.ts';
import { REFRESH_BUSY_MS, type View } from './view.ts';

/** What a run would do, as it is found out. `lines` are as `flotilla plan` prints them, `SHOWN_LINES` at most; `failure` is why it could not be found out. */
export interface Preview {
  readonly state: 'looking' | 'done' | 'failed';
  readonly lines: readonly string[];
  /** Lines beyond those, which were not kept. */
  readonly more?: number;
  readonly sum?: string;
  readonly failure?: string;
}

export interface PreviewPage {
  readonly job: string;
  readonly key: string;
  readonly preview: Preview;
  /** What the run would be given, as it is said: `worker-threads: 2`. */
  readonly given: readonly string[];
  readonly form: Pick<FormState, 'values' | 'token' | 'request'>;
}

/** Lines of a plan that are kept and shown. */
export const SHOWN_LINES = 1000;

const WORDS = {
  looking: { word: 'Looking at both sides', sign: '…', tone: 'idle' },
  done: { word: 'What the run would do', sign: '?', tone: 'idle' },
  failed: { word: 'It could not be found out', sign: '✕', tone: 'bad' },
} as const;

export function previewView({ job, key, preview, given, form }: PreviewPage): View {
  const { state, lines, more = 0 } = preview;
  const options = given.length === 0 ? 'With the options of the job.' : `With ${given.join(', ')}.`;
  const sentences =
    state === 'failed'
      ? [preview.failure ?? '']
      : [preview.sum === undefined ? 'Nothing is changed meanwhile.' : sentence(preview.sum), options];
  return {
    title: `${job}: ${WORDS[state].word.toLowerCase()}`,
    trail: [
      { name: job, path: jobPath(job) },
      { name: 'preview', path: previewPath(job, key) },
    ],
    heading: html`<h1>${job}</h1>`,
    parts: [
      { id: 'verdict', markup: banner('verdict', WORDS[state], paragraphs(sentences)) },
      { id: 'plan', markup: html`<div id="plan">${lines.length === 0 ? undefined : planSection(lines, more)}</div>` },
    ],
    frame: ([first, plan]) => html`${first?.markup} ${actions(job, form)} ${plan?.markup}`,
    say: WORDS[state].word,
    ...(state === 'looking' && { refreshMs: REFRESH_BUSY_MS }),
  };
}

function planSection(lines: readonly string[], more: number): Html {
  return html`<section aria-labelledby="plan-heading">
    <h2 id="plan-heading">In detail</h2>
    <ol class="plan">
      ${lines.map((line) => html`<li>${line}</li> `)}
      ${more > 0 ? html`<li>and ${formatCount(more)} lines more, which flotilla plan prints</li>` : undefined}
    </ol>
  </section>`;
}

/** The run that was looked at, or another one: what was written into the form comes along. */
function actions(job: string, { values, ...form }: PreviewPage['form']): Html {
  const given = Object.entries(values.given).map(
    ([key, value]) => html`<input type="hidden" name="o.${key}" value="${value}" />`,
  );
  const none = values.none.map((key) => html`<input type="hidden" name="none" value="${key}" />`);
  return html`<form method="post" action="${jobPath(job)}/run" class="after">
    ${hidden(form)} ${given} ${none}
    <p class="actions">
      <button>Start this run</button>
      <button class="second" formaction="${jobPath(job)}/change">Change its options</button>
    </p>
  </form>`;
}
