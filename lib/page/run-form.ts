import type { OverrideDescription } from '../config/describe-overrides.ts';
import { html, type Html } from '../html/html.ts';
import { jobPath } from './links.ts';
import type { FieldFault, FormValues } from './form-values.ts';

/** What the form of a job's next run holds, and what is wrong with it. */
export interface FormState {
  readonly fields: readonly OverrideDescription[];
  /** By key: what the job itself says. */
  readonly own: Readonly<Record<string, unknown>>;
  readonly values: FormValues;
  readonly faults: readonly FieldFault[];
  /** Proves that the form is of a page of this server. */
  readonly token: string;
  /** Names this asking: sent twice, it starts one run. */
  readonly request: string;
}

/** What most runs are given that are started by hand; the others are folded. */
const EVERYDAY = ['worker-threads', 'group-filter', 'transfer-last', 'rate-out', 'dry-run'];

export function runForm(job: string, form: FormState): Html {
  const [everyday, others] = [
    form.fields.filter(({ key }) => EVERYDAY.includes(key)),
    form.fields.filter(({ key }) => !EVERYDAY.includes(key)),
  ];
  const sorted = everyday.toSorted((a, b) => EVERYDAY.indexOf(a.key) - EVERYDAY.indexOf(b.key));
  const isOpen = others.some(({ key }) => isTouched(key, form));
  const general = form.faults.filter(({ key }) => key === undefined);
  return html`<section aria-labelledby="start">
    <h2 id="start">Start a run</h2>
    <p class="help">What is left empty is as the job says. Look at what the run would do before you start it.</p>
    <form method="post" action="${jobPath(job)}/run" autocomplete="off">
      ${hidden(form)} ${summaryOf(form.faults)} ${general.map(({ problem }) => html`<p class="fault">${problem}</p>`)}
      <div class="fields">${sorted.map((field) => fieldOf(field, form))}</div>
      <details ${isOpen ? html`open` : undefined}>
        <summary>All ${others.length} other options</summary>
        <div class="fields">${others.map((field) => fieldOf(field, form))}</div>
      </details>
      <p class="actions">
        <button formaction="${jobPath(job)}/preview" class="second">Show what it would do</button>
        <button>Start the run</button>
      </p>
    </form>
  </section>`;
}

/** What every form of the page carries. */
export function tokenField({ token }: Pick<FormState, 'token'>): Html {
  return html`<input type="hidden" name="token" value="${token}" />`;
}

/** What a form that starts something carries. */
export function hidden({ token, request }: Pick<FormState, 'token' | 'request'>): Html {
  return html`${tokenField({ token })}<input type="hidden" name="request" value="${request}" />`;
}

function isTouched(key: string, { values, faults }: FormState): boolean {
  return (values.given[key] ?? '') !== '' || values.none.includes(key) || faults.some((fault) => fault.key === key);
}

/** Has the focus when the page opens, and leads to the fields. */
function summaryOf(faults: readonly FieldFault[]): Html | undefined {
  if (faults.length === 0) return undefined;
  const count = faults.length === 1 ? 'One option' : `${String(faults.length)} options`;
  const keys = new Set(faults.flatMap(({ key }) => key ?? []));
  return html`<p class="fault" role="alert" tabindex="-1" autofocus>
    ${count} cannot be used: nothing was started. ${[...keys].map((key) => html`<a href="#f-${key}">${key}</a> `)}
  </p>`;
}

function fieldOf(field: OverrideDescription, form: FormState): Html {
  const { key, help, none } = field;
  const faults = form.faults.filter((fault) => fault.key === key);
  const own = form.own[key];
  const isClearable = none !== undefined && none !== false && own !== undefined && !(Array.isArray(own) && own.length === 0);
  return html`<div class="field">
    <label for="f-${key}">${key}</label>
    ${inputOf(field, form, faults.length > 0)} ${faults.map(({ problem }) => html`<p class="fault" id="e-${key}">${problem}</p>`)}
    ${isClearable ? noneBox(key, form) : undefined}
    <p class="help" id="h-${key}">${help.replaceAll('`', '')}</p>
  </div>`;
}

function noneBox(key: string, { values }: FormState): Html {
  const checked = values.none.includes(key) ? html` checked` : undefined;
  return html`<label class="none"><input type="checkbox" name="none" value="${key}" ${checked} /> none for this run</label>`;
}

const SWITCH = [
  ['true', 'yes'],
  ['false', 'no'],
] as const;

function inputOf(field: OverrideDescription, form: FormState, isFaulty: boolean): Html {
  const { key, type } = field;
  const value = form.values.given[key] ?? '';
  const own = ownText(field, form.own[key]);
  const described = `${isFaulty ? `e-${key} ` : ''}h-${key}`;
  const named = html`id="f-${key}" name="o.${key}" aria-describedby="${described}" ${isFaulty ? INVALID : undefined}`;
  if (type === 'boolean') return choice(named, value, SWITCH, own);
  if (field.choices !== undefined)
    return choice(
      named,
      value,
      field.choices.map((each) => [each, each] as const),
      own,
    );
  if (type !== 'list') {
    const keys = type === 'integer' && field.word === undefined ? html`inputmode="numeric"` : undefined;
    return html`<input ${named} ${keys} value="${value}" placeholder="${own}" spellcheck="false" />`;
  }
  const rows = Math.max(2, value.split('\n').length);
  return html`<textarea ${named} rows="${rows}" spellcheck="false" placeholder="${own}">${value}</textarea>`;
}

const INVALID = html`aria-invalid="true"`;

function choice(named: Html, value: string, options: readonly (readonly [string, string])[], own: string): Html {
  const entries = [['', own] as const, ...options.filter(([, word]) => word !== own)];
  return html`<select ${named}>
    ${entries.map(([each, word]) => html`<option value="${each}" ${each === value ? html`selected` : undefined}>${word}</option>`)}
  </select>`;
}

/** What holds where the field is left empty. */
function ownText({ type, ofJob, ...field }: OverrideDescription, own: unknown): string {
  const value = ofJob ? own : field.default;
  const whose = ofJob ? 'as the job says: ' : '';
  if (type === 'boolean') return `${whose}${value === true ? 'yes' : 'no'}`;
  if (Array.isArray(value)) return value.length === 0 ? 'none, one a line' : value.join(', ');
  if (value === undefined) return 'none';
  return type === 'choice' ? `${whose}${shown(value)}` : shown(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : JSON.stringify(value);
}
