import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { formFields } from '../../lib/page/form-values.ts';
import { jobView } from '../../lib/page/job.ts';
import { overviewView } from '../../lib/page/overview.ts';
import { renderOverview } from '../../lib/page/render-overview.ts';
import { renderPage } from '../../lib/page/shell.ts';
import { judgeJob } from '../../lib/page/verdict.ts';
import { troublesOf } from '../../lib/sync/status/judge-status.ts';
import type { View } from '../../lib/page/view.ts';
import type { RunState } from '../../lib/sync/report/report.ts';
import type { JobStatus } from '../../lib/sync/status/job-status.ts';
import { healthOf, manyStatuses, NOW, runOf, statusOf, threeStatuses } from './statuses.ts';

const { source, target, starts } = statusOf('broken');
const UNREADABLE = {
  ...{ id: 'broken', source, target, starts },
  unreadable: 'the standing of job broken does not read: flotilla <wrote> it later than this one',
};

const word = (status: JobStatus): string => judgeJob(status, NOW).word;
const behind = { state: 'behind', seconds: 7200, missing: 3, groups: 2 } as const;

describe('how a job stands', () => {
  it('is the most urgent of what is known of it, and the rest is said behind that', () => {
    const overdue = [{ schedule: 'main', due: '2026-11-20T22:00:00.000Z', seconds: 36_000 }];
    const suspended = { since: '2026-11-20T08:00:00.000Z', by: 'anna' };
    const status = statusOf('a', { health: healthOf('a', behind, { overdue }), suspension: suspended }, { 0: 'errors' });
    const verdict = judgeJob(status, NOW);
    expect([verdict.word, verdict.urgency]).toEqual(['Overdue', 3]);
    expect(verdict.why.map((each) => each.split(' ').slice(0, 3).join(' '))).toEqual([
      'No run has',
      'The last run',
      'The copy is',
      'Suspended 1 d',
    ]);
  });

  it('is told by a word for each thing that may be the matter', () => {
    expect(word(statusOf('a'))).toBe('Up to date');
    expect(word(statusOf('a', { health: healthOf('a', behind) }))).toBe('Behind');
    expect(word(statusOf('a', { health: healthOf('a', { ...behind, seconds: 200_000 }) }))).toBe('Too far behind');
    expect(word(statusOf('a', {}, { 0: 'failed' }))).toBe('Failed');
    expect(word(statusOf('a', {}, { 0: 'errors' }))).toBe('Errors');
    expect(word(statusOf('a', {}, { 0: 'warnings' }))).toBe('Warnings');
    expect(word(statusOf('a', {}, { 0: 'stopped' }))).toBe('Stopped');
    const unknown = { state: 'unknown', missing: 0, groups: 0 } as const;
    expect(word(statusOf('a', { health: healthOf('a', unknown), recent: [] }))).toBe('Never ran');
    expect(word(statusOf('a', { health: healthOf('a', unknown) }))).toBe('Not known');
    expect(word(statusOf('a', { suspension: { since: '2026-11-20T08:00:00.000Z' } }))).toBe('Suspended');
    expect(word(statusOf('a', { suspension: { since: '2026-11-20T08:00:00.000Z', until: '2026-11-21T07:00:00.000Z' } }))).toBe(
      'Up to date',
    );
    const [last, ...before] = statusOf('a').recent;
    expect(word(statusOf('a', { recent: [{ ...last!, state: 'running', lost: true }, ...before] }))).toBe('Lost');
  });

  it('says of the last run how it ended and why', () => {
    const why = (state: RunState) => judgeJob(statusOf('a', {}, { 0: state }), NOW).why[0];
    expect(why('failed')).toMatch(/^The last run failed after 31 s: the source \S+ could not be listed: .*:443\.$/);
    expect(why('errors')).toMatch(
      /^The last run was done with errors in 9 min 1 s: 13 snapshots copied, .*; 1 snapshot failed\.$/,
    );
    expect(why('warnings')).toMatch(/^The last run was done with warnings in 9 min 1 s: .* not on the target\.$/);
    expect(why('stopped')).toMatch(/^The last run was stopped in 2 min 10 s: .*; the next run goes on from there\.$/);
  });

  it('needs somebody where the command line says that it is in trouble, and nowhere else', () => {
    const lags = [
      behind,
      { ...behind, seconds: 200_000 },
      { state: 'unknown', seconds: 200_000, missing: 0, groups: 0 },
    ] as const;
    const healths = lags.flatMap((lag) => [
      healthOf('a', lag),
      healthOf('a', lag, { standing: { revision: 1, lagRaised: '2026-11-20T08:00:00.000Z' } as never }),
    ]);
    const statuses = [...manyStatuses(300), ...healths.map((health) => statusOf('a', { health })), UNREADABLE];
    const differ = statuses.filter((status) => judgeJob(status, NOW).urgency >= 2 !== troublesOf(status).length > 0);
    expect(differ.map(({ id }) => id)).toEqual([]);
    expect(statuses.filter((status) => troublesOf(status).length > 0).length).toBeGreaterThan(20);
  });

  it('looks past runs that were skipped, or only planned, to the last one that says anything of the copy', () => {
    expect(word(statusOf('a', {}, { 0: 'skipped', 1: 'failed' }))).toBe('Failed');
    const dry = runOf('a', 0, 'ok', { dryRun: true });
    expect(word(statusOf('a', { recent: [dry, runOf('a', 1, 'errors')] }))).toBe('Errors');
  });
});

const form = { fields: formFields(), own: {}, values: { given: {}, none: [] }, faults: [], token: 't', request: 'r' };
const jobPage = (status: JobStatus): View => jobView({ status, form, now: NOW });

describe('the page of a job', () => {
  it('says once how far its copy is behind', () => {
    const text = renderPage(jobPage(statusOf('a', { health: healthOf('a', behind) })), { now: NOW });
    expect([text.match(/2 h behind/g)?.length, text.includes('<dt>Lag</dt>')]).toEqual([1, false]);
    const raised = statusOf('a', { health: healthOf('a', { ...behind, seconds: 200_000 }) }, { 0: 'failed' });
    expect(renderPage(jobPage(raised), { now: NOW })).not.toContain('<dt>Lag</dt>');
    expect(renderPage(jobPage(statusOf('a', {}, { 0: 'failed' })), { now: NOW })).toContain('<dt>Lag</dt>');
  });
});

describe('the page of all jobs', () => {
  it('begins with those that need somebody, and says so first', () => {
    const { markup } = { markup: renderPage(overviewView(threeStatuses(), { now: NOW, links: true }), { now: NOW }) };
    expect(markup).toContain('1 of 3 jobs needs attention');
    expect([...markup.matchAll(/id="job-([^"]+)"/g)].map(([, id]) => id)).toEqual([
      'db-offsite',
      'daily-offsite',
      'archive-third-site',
    ]);
    expect(markup).toContain('at work: 35.71%, 3 of 12 groups, 4 workers');
  });

  it('has a row for a job that cannot be read, with the reason, beside all others', () => {
    const jobs = [statusOf('well'), UNREADABLE, statusOf('other')];
    const markup = renderPage(overviewView(jobs, { now: NOW, links: true }), { now: NOW });
    expect(markup).toContain('1 of 3 jobs needs attention');
    expect([...markup.matchAll(/id="job-([^"]+)"/g)].map(([, id]) => id)).toEqual(['broken', 'well', 'other']);
    expect(markup).toContain('How it stands cannot be read: the standing of job broken does not read: flotilla &lt;wrote&gt; it');
  });

  it('says that a suspended job has no next run, and not when it would have one', () => {
    const suspension = { since: '2026-11-20T08:00:00.000Z' };
    const { nextRun, ...status } = statusOf('a', { suspension });
    const next = (jobs: JobStatus[]) =>
      /<dt>Next run<\/dt>\s*<dd>(.*?)<\/dd>/s.exec(renderPage(overviewView(jobs, { now: NOW, links: true }), { now: NOW }))?.[1];
    expect([nextRun, next([status])]).toEqual(['2026-11-21T22:00:00.000Z', 'none while suspended']);
    expect(next([statusOf('a')])).toMatch(/in 14 h.*2026-11-21 22:00 UTC/);
  });

  it('has each of the last 30 runs as a link that says how it ended, when and how long it took', () => {
    const [, bad] = threeStatuses();
    const markup = renderPage(overviewView([bad!], { now: NOW, links: true }), { now: NOW });
    const bars = [...markup.matchAll(/<a\s+class="(\w+) h\d"\s+href="(\/runs\/[^"]+)"\s+title="([^"]+)"/g)];
    expect(bars).toHaveLength(30);
    expect(bars.at(-1)?.slice(1)).toEqual([
      'failed',
      `/runs/db-offsite/${bad!.recent[0]!.id}`,
      'Failed, 2026-11-20 22:00, 2 min 0 s',
    ]);
  });

  it('shows names and messages as they are, whatever they hold', () => {
    const evil = '"><script>alert(1)</script>';
    const status = statusOf(evil, {
      starts: [evil],
      recent: [runOf(evil, 0, 'failed', { message: evil })],
      source: { id: evil, place: evil },
    });
    const markup = renderPage(overviewView([status], { now: NOW, links: true }), { now: NOW });
    expect(markup).not.toContain('<script>alert');
    expect(markup.match(/<script>/g)).toHaveLength(1);
  });

  it('is small enough with 300 jobs and a month of nights each', () => {
    const markup = renderPage(overviewView(manyStatuses(300), { now: NOW, links: true }), { now: NOW });
    expect(markup.match(/<a\s+class="\w+ h\d"/g)).toHaveLength(299 * 30);
    expect(markup.length).toBeLessThan(2_000_000);
    expect(gzipSync(markup).length).toBeLessThan(100_000);
  });

  it('is loaded again where no script keeps it up to date, unless somebody may be writing into it', () => {
    const jobs = threeStatuses();
    const reload = (view: View, live?: string) =>
      /<noscript>\s*<meta http-equiv="refresh" content="(\d+)"/.exec(renderPage(view, { now: NOW, ...(live && { live }) }))?.[1];
    const overview = overviewView(jobs, { now: NOW, links: true });
    expect([reload(overview, '/api/live'), reload(overview)]).toEqual(['5', undefined]);
    expect(reload(overviewView(manyStatuses(300), { now: NOW, links: true }), '/api/live')).toBe('12');
    expect(reload({ ...overview, hasFields: true }, '/api/live')).toBeUndefined();
    expect(jobPage(jobs[2]!).hasFields).toBe(true);
  });

  it('opens from disk and leads nowhere when it stands alone', () => {
    const markup = renderOverview(threeStatuses(), NOW);
    expect(markup).toContain('http-equiv="Content-Security-Policy"');
    expect(markup).not.toMatch(/href="\//);
    expect(markup).not.toContain('data-live');
    expect(markup).toContain('title="Failed, 2026-11-20 22:00');
  });
});
