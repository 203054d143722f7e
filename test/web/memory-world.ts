import type { JobDocument } from '../../lib/config/job-document.ts';
import type { LogLine } from '../../lib/page/log.ts';
import type { Preview } from '../../lib/page/preview.ts';
import type { PageWorld } from '../../lib/web/world.ts';
import { startPageServer, type PageServerOptions } from '../../lib/web/server.ts';
import { onTestFinished } from 'vitest';
import { liveOf, NOW, runOf, statusOf } from '../page/statuses.ts';
import { documentOf } from '../support/job-document.ts';

/** What a page was asked to start and to stop, and what went wrong with it. */
export interface Deeds {
  readonly started: { readonly job: string; readonly overrides: unknown }[];
  readonly stopped: string[];
  readonly complaints: string[];
}

export const LOG: readonly LogLine[] = [
  { number: 1, level: 'info', time: NOW, text: 'begins' },
  { number: 2, level: 'error', time: NOW, text: '<img src=x onerror=alert(1)>' },
];

const REPORT = '<!doctype html><title>report</title>';

function jobOf(id: string): JobDocument {
  const at = (side: string) => ({ id: side, layout: 'pbs', bucket: side, prefix: 'main', region: 'eu-central-1' }) as const;
  return documentOf(id, { ...at('main'), pathStyle: false }, { ...at('offsite'), pathStyle: false }, { 'worker-threads': 3 });
}

/** Two jobs, one of them at work, without a table or a datastore; `now` moves as the test says. */
export function memoryWorld(changes: Partial<PageWorld> = {}): { readonly world: PageWorld; readonly deeds: Deeds; now: number } {
  const deeds: Deeds = { started: [], stopped: [], complaints: [] };
  const clock = { world: undefined as unknown as PageWorld, deeds, now: NOW };
  const live = liveOf('nightly');
  const statuses = [statusOf('nightly', { live: [live], recent: [live.run, runOf('nightly', 1)] }), statusOf('weekly')];
  const preview: Preview = { state: 'done', lines: ['[vm/100]: copy'], sum: '1 group on the source' };
  clock.world = {
    now: () => clock.now,
    statuses: async () => statuses,
    statusJson: async () => ({ version: 1, jobs: statuses.map(({ id }) => ({ job: id })) }),
    status: async (job) => statuses.find(({ id }) => id === job),
    document: (job) => (statuses.some(({ id }) => id === job) ? jobOf(job) : undefined),
    history: async (job) => [runOf(job, 1), runOf(job, 2, 'failed')],
    run: async (job, id) => {
      if (id === live.run.id && job === 'nightly') return live;
      const run = [runOf(job, 1), runOf(job, 2, 'failed')].find((each) => each.id === id);
      return run && { run, stopAsked: false };
    },
    log: ({ id }, after) => (id === live.run.id ? LOG.filter(({ number }) => number > after) : undefined),
    report: async () => Buffer.from(REPORT),
    plan: async () => preview,
    start: async (job, overrides) => {
      deeds.started.push({ job, overrides });
      return { job, id: `run-${String(deeds.started.length)}`, startedAt: new Date(clock.now).toISOString() };
    },
    stop: async ({ id }) => void deeds.stopped.push(id),
    complain: (message) => void deeds.complaints.push(message),
    ...changes,
  };
  return clock;
}

export interface Visit {
  readonly url: string;
  /** Asks for a path; follows no redirection. */
  readonly ask: (path: string, init?: RequestInit) => Promise<Answered>;
  /** Sends a form as a browser does from a page of this server, its token included unless `fields` says another one. */
  readonly send: (path: string, fields?: Record<string, string>, headers?: Record<string, string>) => Promise<Answered>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A server of the page on loopback, on a port of its own, until the test ends. */
export async function visit(options: Pick<PageServerOptions, 'world'> & Partial<PageServerOptions>): Promise<Visit> {
  const server = await startPageServer({ address: { host: '127.0.0.1', port: 0 }, password: undefined, ...options });
  onTestFinished(() => server.close());
  const url = server.url.slice(0, -1);
  const ask: Visit['ask'] = async (path, init) => {
    const answer = await fetch(url + path, { redirect: 'manual', ...init });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  };
  const send: Visit['send'] = async (path, fields = {}, headers = {}) => {
    const { text } = await ask('/jobs/nightly', { headers });
    const token = /name="token" value="([^"]+)"/.exec(text)?.[1] ?? '';
    const body = new URLSearchParams({ token, request: crypto.randomUUID(), ...fields });
    return ask(path, { method: 'POST', body, headers: { origin: url, ...headers } });
  };
  return { url, ask, send };
}
