import { describe, expect, it } from 'vitest';
import { findShownRun } from '../../lib/cli/serve/find-shown-run.ts';
import { statusBook } from '../../lib/cli/serve/status-book.ts';
import type { Intent } from '../../lib/serve/state.ts';
import type { RunRecord } from '../../lib/sync/run-store.ts';
import { fixedClock } from '../support/fixed-clock.ts';
import { documentOf } from '../support/job-document.ts';
import { location } from '../support/locations.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';

const LEASE_MS = 60_000;

/** A job with ended runs, `count` of them, and how often the table was asked for runs. */
async function open(count: number) {
  const [store, clock] = [memoryRunStore(), fixedClock()];
  const seen = { lists: 0 };
  const listRuns: typeof store.listRuns = (job, limit) => {
    seen.lists += 1;
    return store.listRuns(job, limit);
  };
  const looking = { store: { ...store, listRuns }, now: () => clock.now(), leaseMs: LEASE_MS };
  const book = statusBook(looking, () => ({ jobs: [documentOf('nightly', location('main'), location('offsite'))] }));
  const recordOf = (id: string, changes: Partial<RunRecord> = {}): RunRecord => {
    const startedAt = new Date(clock.now()).toISOString();
    return { ...{ job: 'nightly', id, startedAt, endedAt: startedAt, state: 'ok' }, ...changes };
  };
  for (let run = 0; run < count; run++) await store.saveRun(recordOf(`run-${String(run).padStart(4, '0')}`));
  const intents: Intent[] = [];
  const find = (id: string) => findShownRun({ job: 'nightly', id }, { service: { intents: () => intents }, looking, book });
  return { store, clock, seen, book, recordOf, intents, find };
}

describe('what the page of a service knows of runs', () => {
  it('asks the table once however many look for the history, or for runs that there are not', async () => {
    const { book, clock, seen, find } = await open(40);
    for (let looks = 0; looks < 20; looks++) expect(await book.history('nightly')).toHaveLength(40);
    expect(seen.lists).toBe(1);
    for (let looks = 0; looks < 20; looks++) expect(await find(`unknown-${String(looks)}`)).toBeUndefined();
    expect((await find('run-0001'))?.run.state).toBe('ok');
    expect(seen.lists).toBe(3);
    clock.advance(60_000);
    await book.history('nightly');
    expect(seen.lists).toBe(4);
  });

  it('goes on with a run that its service is to bring to its end, unless somebody asked to stop it', async () => {
    const { store, book, recordOf, intents, find } = await open(0);
    const killed: RunRecord = { job: 'nightly', id: 'killed', startedAt: recordOf('').startedAt, state: 'running' };
    const runs = [killed, recordOf('left', { state: 'stopped' }), recordOf('unwanted', { state: 'stopped' }), recordOf('done')];
    for (const run of runs) await store.saveRun(run);
    await store.askStop(runs[2]!, { at: runs[2]!.startedAt });
    const look = () => Promise.all(runs.map(async ({ id }) => (await find(id))?.resumes ?? false));
    expect(await look()).toEqual([false, false, false, false]);
    intents.push(...runs.map((run): Intent => ({ run, cause: { kind: 'manual' }, overrides: {} })));
    expect(await look()).toEqual([true, true, false, false]);
    await store.askStop(killed, { at: killed.startedAt });
    book.forget();
    expect(await find('killed')).toMatchObject({ run: { lost: true }, stopAsked: true, resumes: true });
  });
});
