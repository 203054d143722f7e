import { randomUUID } from 'node:crypto';
import { describeOverrides } from '../config/describe-overrides.ts';
import { EMPTY_FORM, formFields, type FieldFault, type FormValues } from '../page/form-values.ts';
import { historyView } from '../page/history.ts';
import { jobView } from '../page/job.ts';
import { overviewView } from '../page/overview.ts';
import { previewView } from '../page/preview.ts';
import type { FormState } from '../page/run-form.ts';
import { runView } from '../page/run.ts';
import type { LogLine } from '../page/log.ts';
import type { View } from '../page/view.ts';
import type { Previews } from './previews.ts';
import type { PageWorld } from './world.ts';

export interface ViewWorld {
  readonly world: PageWorld;
  readonly previews: Previews;
  /** Of this server's forms. */
  readonly token: string;
}

/** A page, and what there is new in the log that it shows. */
export interface Shown {
  readonly view: View;
  readonly log?: readonly LogLine[];
}

/** What is written into a job's form, and what is wrong with that. */
export interface Written {
  readonly values: FormValues;
  readonly faults: readonly FieldFault[];
}

const NOTHING_WRITTEN: Written = { values: EMPTY_FORM, faults: [] };

/** The options that a run may be given, as the form asks for them: they do not change while a process lives. */
export const FIELDS = formFields();

export async function showOverview({ world }: ViewWorld): Promise<Shown> {
  return { view: overviewView(await world.statuses(), { now: world.now(), links: true }) };
}

export async function showJob(id: string, { world, token }: ViewWorld, written = NOTHING_WRITTEN): Promise<Shown | undefined> {
  const [status, document] = [await world.status(id), world.document(id)];
  if (status === undefined || document === undefined) return undefined;
  const form: FormState = { fields: FIELDS, own: document, ...written, token, request: randomUUID() };
  return { view: jobView({ status, form, now: world.now() }) };
}

export async function showHistory(job: string, { world }: ViewWorld): Promise<Shown | undefined> {
  if (world.document(job) === undefined) return undefined;
  return { view: historyView(job, await world.history(job), world.now()) };
}

/** `after`: the last line of its log that the page has. */
export async function showRun(job: string, id: string, { world, token }: ViewWorld, after = 0): Promise<Shown | undefined> {
  const live = await world.run(job, id);
  if (live === undefined) return undefined;
  const log = world.log({ job, id }, after);
  const hasReport = live.run.endedAt !== undefined && (await world.report(live.run)) !== undefined;
  const view = runView({ live, log, hasReport, form: { token }, now: world.now() });
  return { view, ...(log !== undefined && { log }) };
}

export function showPreview(job: string, key: string, { previews, token }: ViewWorld): Shown | undefined {
  const found = previews.get(job, key);
  if (found === undefined) return undefined;
  const { preview, values } = found;
  return { view: previewView({ job, key, preview, given: givenWords(values), form: { values, token, request: randomUUID() } }) };
}

/** What a run is given, as the configuration file would say it. */
function givenWords({ given, none }: FormValues): readonly string[] {
  const keys = describeOverrides().map(({ key }) => key);
  return keys.flatMap((key) => {
    const text = given[key];
    if (text !== undefined) return [`${key}: ${text.replaceAll('\n', ', ')}`];
    return none.includes(key) ? [`no ${key}`] : [];
  });
}
