import { mergeOverrides, overrideFaults, type JobDocument } from '../config/job-document.ts';
import { ConfigError } from '../errors.ts';
import { fieldFaults, formValues, overridesOfForm } from '../page/form-values.ts';
import { previewPath, runPath } from '../page/links.ts';
import type { RunRef } from '../sync/run-store.ts';
import { seeOther, type Answer } from './answer.ts';
import { FIELDS, type ViewWorld, type Written } from './page-views.ts';

/** A listing that ends soon is seen at once, also by those whose browser runs no script. */
const QUICK_MS = 1500;
/** Forms whose second sending is known as one. */
const MAX_KNOWN = 500;

/** A form whose options can be used, or what is wrong with them. */
export type Checked =
  | { readonly ok: true; readonly overrides: Record<string, unknown>; readonly written: Written }
  | { readonly ok: false; readonly written: Written };

export function checkForm(form: URLSearchParams, document: JobDocument): Checked {
  const values = formValues(form, FIELDS);
  const overrides = overridesOfForm(values, FIELDS);
  const faults = fieldFaults(overrideFaults(document, overrides), FIELDS);
  const written = { values, faults };
  return faults.length === 0 ? { ok: true, overrides, written } : { ok: false, written };
}

/** Starts each form's run once, however often the form is sent; with other options it is another form, as after the browser's way back. */
export function startOnce({ world }: Pick<ViewWorld, 'world'>) {
  const known = new Map<string, Promise<RunRef>>();
  return async (job: string, overrides: Record<string, unknown>, request: string | null): Promise<Answer> => {
    if (request === null || request === '')
      throw new ConfigError('FORM_INVALID', 'the form does not say which one it is: load the page again');
    const key = JSON.stringify([job, request, overrides]);
    const started = known.get(key) ?? world.start(job, overrides);
    known.set(key, started);
    // What could not be started may be asked for again.
    started.catch(() => known.delete(key));
    for (const old of [...known.keys()].slice(0, Math.max(0, known.size - MAX_KNOWN))) known.delete(old);
    return seeOther(runPath(await started));
  };
}

export async function beginPreview(
  { previews }: ViewWorld,
  document: JobDocument,
  { overrides, written }: Checked & { ok: true },
): Promise<Answer> {
  const { key, ended } = previews.begin(mergeOverrides(document, overrides), written.values);
  const quick = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => quick.resolve(undefined), QUICK_MS);
  await Promise.race([ended, quick.promise]).finally(() => clearTimeout(timer));
  return seeOther(previewPath(document.id, key));
}
