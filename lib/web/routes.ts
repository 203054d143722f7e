import manifest from '../../package.json' with { type: 'json' };
import { runPath } from '../page/links.ts';
import { logLines } from '../page/log.ts';
import { messageView } from '../page/message.ts';
import { renderPage } from '../page/shell.ts';
import { CONTENT_TYPE } from '../prometheus/exposition.ts';
import { prometheusText } from '../prometheus/prometheus-text.ts';
import { html } from '../html/html.ts';
import { htmlAnswer, REPORT_POLICY, seeOther, textAnswer, type Answer } from './answer.ts';
import { showHistory, showJob, showOverview, showPreview, showRun, type Shown, type ViewWorld } from './page-views.ts';
import { beginPreview, checkForm, startOnce } from './start-run.ts';

/** A request that is listened to, its path in decoded segments. A form's token is proven. */
export interface Asked {
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** What was sent; empty but for a POST. */
  readonly form: URLSearchParams;
}

export type Handle = (names: readonly string[], asked: Asked) => Promise<Answer | undefined>;

export interface Routes {
  readonly get: Readonly<Record<string, Handle>>;
  readonly post: Readonly<Record<string, Handle>>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** What there is by path; `*` stands for one name. What gives undefined is not there. */
export function makeRoutes(parts: ViewWorld): Routes {
  const views: Readonly<Record<string, (names: readonly string[], asked: Asked) => Promise<Shown | undefined>>> = {
    '': () => showOverview(parts),
    'jobs/*': ([job = '']) => showJob(job, parts),
    'jobs/*/history': ([job = '']) => showHistory(job, parts),
    'jobs/*/previews/*': async ([job = '', key = '']) => showPreview(job, key, parts),
    'runs/*/*': ([job = '', id = ''], { query }) => showRun(job, id, parts, Math.max(0, Number(query.get('after')) || 0)),
  };
  const pages = Object.entries(views).flatMap(([path, show]): [string, Handle][] => [
    [path, async (names, asked) => pageAnswer(await show(names, { ...asked, query: NO_QUERY }), asked, parts)],
    [path === '' ? 'api/live' : `api/live/${path}`, async (names, asked) => liveAnswer(await show(names, asked))],
  ]);
  return {
    get: {
      ...Object.fromEntries(pages),
      'runs/*/*/report': ([job = '', id = '']) => reportAnswer(job, id, parts),
      metrics: async () => ({ status: 200, type: CONTENT_TYPE, body: await metricsText(parts) }),
      'api/status': async () => ({ status: 200, type: JSON_TYPE, body: JSON.stringify(await parts.world.statusJson()) }),
    },
    post: forms(parts),
  };
}

const NO_QUERY = new URLSearchParams();

function pageAnswer(shown: Shown | undefined, { segments }: Asked, { world }: ViewWorld): Answer | undefined {
  if (shown === undefined) return undefined;
  const live = ['/api/live', ...segments.map(encodeURIComponent)].join('/');
  return htmlAnswer(renderPage(shown.view, { live, now: world.now() }));
}

/** The parts of a page as they are now, for its script. */
function liveAnswer(shown: Shown | undefined): Answer | undefined {
  if (shown === undefined) return undefined;
  const { view, log = [] } = shown;
  const last = log.at(-1);
  return {
    status: 200,
    type: JSON_TYPE,
    body: JSON.stringify({
      ...{ title: view.title, say: view.say, refreshMs: view.refreshMs ?? 0 },
      parts: view.parts.map(({ id, markup }) => ({ id, html: markup.markup.trim() })),
      ...(last !== undefined && { log: { last: last.number, html: html`${logLines(log)}`.markup } }),
    }),
  };
}

/** For Prometheus, from the same look at the jobs that people share. */
async function metricsText({ world }: ViewWorld): Promise<string> {
  return prometheusText(await world.statuses(), { version: manifest.version });
}

async function reportAnswer(job: string, id: string, { world }: ViewWorld): Promise<Answer | undefined> {
  const live = await world.run(job, id);
  const report = live && (await world.report(live.run));
  return report && { ...htmlAnswer(report), headers: { 'content-security-policy': REPORT_POLICY } };
}

function forms(parts: ViewWorld): Routes['post'] {
  const { world } = parts;
  const start = startOnce(parts);
  const onForm = (
    then: (checked: ReturnType<typeof checkForm> & { ok: true }, job: string, form: URLSearchParams) => Promise<Answer>,
  ): Handle => {
    return async ([job = ''], { form }) => {
      const document = world.document(job);
      if (document === undefined) return undefined;
      const checked = checkForm(form, document);
      return checked.ok ? then(checked, job, form) : formAnswer(job, parts, checked);
    };
  };
  return {
    'jobs/*/run': onForm(({ overrides }, job, form) => start(job, overrides, form.get('request'))),
    'jobs/*/preview': async ([job = ''], asked) => {
      const document = world.document(job);
      return document && onForm((checked) => beginPreview(parts, document, checked))([job], asked);
    },
    'jobs/*/change': async ([job = ''], { form }) => {
      const document = world.document(job);
      return document && formAnswer(job, parts, checkForm(form, document));
    },
    'runs/*/*/stop': async ([job = '', id = '']) => {
      const live = await world.run(job, id);
      if (live === undefined) return undefined;
      if (live.run.endedAt === undefined || live.resumes === true) await world.stop(live.run);
      return seeOther(runPath({ job, id }));
    },
  };
}

/** The job's page with what was written into its form, each fault beside its field. */
async function formAnswer(
  job: string,
  parts: ViewWorld,
  { written }: Pick<ReturnType<typeof checkForm>, 'written'>,
): Promise<Answer | undefined> {
  const shown = await showJob(job, parts, written);
  const status = written.faults.length === 0 ? 200 : 422;
  // It is not followed live: what somebody writes stays.
  return shown && htmlAnswer(renderPage(shown.view, { now: parts.world.now() }), status);
}

export const notFound = (now: number): Answer =>
  htmlAnswer(renderPage(messageView('There is nothing here', ['No job, run or page of that name is known.']), { now }), 404);

export const wrongMethod = (allow: string): Answer => textAnswer(405, 'that is not done here', { allow });
