import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyCommand } from '../../lib/cli/history-command.ts';
import { showCommand } from '../../lib/cli/show-command.ts';
import { statusCommand, type StatusOptions } from '../../lib/cli/status-command.ts';
import { stopCommand } from '../../lib/cli/stop-command.ts';
import { foldReport } from '../../lib/sync/report/fold-report.ts';
import { reportKey } from '../../lib/sync/run-files.ts';
import type { RunRecord } from '../../lib/sync/run-store.ts';
import { openSystemWorld, type SystemWorld } from '../support/system-world.ts';
import { groupRecord, runFacts } from '../sync/report/facts.ts';

const summary = {
  ...{ seconds: 185, copied: 3, updated: 0, failed: 1, removed: 0, bytes: 3 * 1024 ** 3, chunks: 900 },
  ...{ groupsOk: 4, groupsErrors: 1, groupsUnfinished: 0, failureCount: 1, lagSeconds: 50_400, missing: 3 },
};

describe('looking at a system from the command line', () => {
  let world: SystemWorld;

  beforeAll(async () => {
    world = await openSystemWorld([
      ...[{ id: 'fine', schedule: '22:30' }, { id: 'never', trigger: 'on-backup' }, { id: 'bad' }, { id: 'dead' }],
      ...[{ id: 'resting', schedule: 'hourly' }, { id: 'busy' }, { id: 'late', schedule: 'hourly', 'max-lag': '1d' }],
    ]);
    const { store, ref, ago, begin } = world;
    await store.saveRun({ ...ref('fine', 'fine-1', 6), state: 'ok', endedAt: ago(5), schedule: 'main', scheduledTime: ago(6) });
    await store.saveRun({ ...ref('fine', 'fine-2', 4), state: 'skipped', endedAt: ago(4), message: 'skipped: suspended' });
    await saveFailed();
    await saveLate();
    await store.saveRun({ ...ref('dead', 'dead-1', 30), state: 'running', planKey: 'plan' });
    await store.saveSuspension('resting', { since: ago(1), by: 'ops', reason: 'disks are swapped' });
    const busy = await begin({ ...ref('busy', 'busy-1', 1), state: 'running', planKey: 'plan', working: 40 });
    await store.saveGroup(busy, groupRecord({ name: 'vm/1' }));
    await store.saveGroup(busy, groupRecord({ name: 'vm/2', state: 'running', snapshots: 5, snapshotsDone: 2, doing: 'chunks' }));
    await begin({ ...ref('busy', 'busy-2', 0), state: 'waiting', message: 'waits for run busy-1' });
  });
  afterAll(() => world.close());

  /** A job that no run has come for since yesterday, and that was behind by then. */
  async function saveLate(): Promise<void> {
    const { store, ago } = world;
    const [at, group] = [ago(30), { namespace: '', name: 'vm/3' }];
    await store.saveTick('late', 'main', { times: 'hourly UTC', served: at, run: 'late-1' }, undefined);
    await store.saveBehind('late', group, { missing: 2, since: ago(50), newest: ago(31), at }, Date.parse(at));
    const none = { runs: {}, snapshots: {}, groups: {}, requests: {}, throttled: {}, retried: {}, errors: {} };
    const totals = { ...none, seconds: 1, bytes: 0, chunks: 0 };
    await store.saveStanding('late', { revision: 1, changedAt: at, counted: ['late-1'], totals, asOf: at }, undefined);
    await store.saveRun({ ...world.ref('late', 'late-1', 30), state: 'ok', endedAt: at });
  }

  /** A run with errors, and its report. */
  async function saveFailed(): Promise<void> {
    const { store, control, ref, ago } = world;
    const run = ref('bad', '20261118T120000000Z-ab', 72);
    const failure = { kind: 'DataError', code: 'CHUNK_MISSING', message: 'chunk 0d19 is missing', snapshot: ago(80) };
    const trouble = groupRecord({ name: 'vm/7', state: 'errors', failures: [failure], failureCount: 1 });
    const key = reportKey(run);
    await control.put(`${key}.json`, Buffer.from(`${JSON.stringify(foldReport(runFacts([groupRecord(), trouble], { run })))}\n`));
    const message = 'done with errors in 3 min: 1 snapshot failed';
    const record: RunRecord = { ...run, state: 'errors', endedAt: ago(71.9), reportKey: key, message, summary };
    await store.saveRun({ ...record, afterRun: 'fine/fine-0' });
    await store.saveRun({ ...ref('bad', '20261117T120000000Z-cd', 96), state: 'ok', endedAt: ago(95), summary });
  }

  const status = async (job?: string, options: Partial<StatusOptions> = {}) => {
    const context = world.context();
    const code = await statusCommand(job, { ...world.options, ...options }, context);
    return { code, lines: context.printed, text: context.printed.join('\n') };
  };

  it('shows a line a job, those in trouble first, with why below', async () => {
    const { code, lines } = await status();
    expect(code).toBe(0);
    expect(lines[0]).toBe('7 jobs: 3 in trouble, 1 at work, 1 suspended');
    expect(
      lines.slice(2, 9).map((line) =>
        line
          .split(/\s{2,}/)
          .filter((cell) => cell !== '')
          .slice(0, 3),
      ),
    ).toEqual([
      ['!', 'bad', 'errors 2 d ago'],
      ['!', 'dead', 'lost 1 d ago'],
      ['!', 'late', 'ok 1 d ago'],
      ['busy', 'never ran', 'unknown'],
      ['fine', 'ok 5 h ago', 'unknown'],
      ['never', 'never ran', 'unknown'],
      ['resting', 'never ran', 'unknown'],
    ]);
    expect(lines[4]).toMatch(/unknown for 2 d +overdue 1 d/);
    expect(lines[5]).toContain('groups 1/40, 1 worker, ');
    expect(lines.slice(6, 9).map((line) => / (in \d+ h|triggered|suspended)/.exec(line)?.[1])).toEqual([
      'in 10 h',
      'triggered',
      'suspended',
    ]);
    expect(lines.slice(9)).toEqual([
      '',
      '! bad: done with errors in 3 min: 1 snapshot failed (run 20261118T120000000Z-ab)',
      '! dead: run dead-1 died without a word, or was killed: its lease has run out; the next run goes on from there',
      '! late: no run came for the tick of 2026-11-20T07:00:00Z of schedule main, 1 d 5 h ago',
      '! late: the copy may be up to 2 d 2 h behind: no run has seen all of the source since 2026-11-20T06:00Z; max-lag is 1 d',
    ]);
    // One job at work has more to say than 80 columns hold.
    expect(lines.filter((line, at) => at !== 5 && at < 9 && line.length > 80)).toEqual([]);
  });

  it('tells monitoring by its exit code that a job is in trouble', async () => {
    expect((await status(undefined, { check: true })).code).toBe(1);
    expect((await status('fine', { check: true })).code).toBe(0);
  });

  it('shows all that is known of one job', async () => {
    const { text } = await status('busy');
    expect(text).toContain('busy: from main (aws/pbs-main/main) to offsite (aws/pbs-offsite/main)');
    expect(text).toContain('  starts      by hand\n');
    expect(text).toMatch(/now {9}run busy-2 since .*: waits for run busy-1\n {2}now {9}run busy-1 since .*: groups 1\/40/);
    expect(text).toContain('vm/2: snapshot 3/5, 4.00 KiB  chunks');
    expect((await status('resting')).text).toMatch(/suspended {3}since .* by ops: disks are swapped/);
    expect((await status('fine')).text).toMatch(/next run {4}2026-11-21T22:30:00Z, in 10 h 30 min/);
  });

  it('tells machines the same', async () => {
    const { version, jobs } = JSON.parse((await status(undefined, { json: true })).text) as {
      version: number;
      jobs: { job: string }[];
    };
    expect([version, jobs.map(({ job }) => job)]).toEqual([1, ['fine', 'never', 'bad', 'dead', 'resting', 'busy', 'late']]);
    expect(jobs.slice(2, 4)).toMatchObject([
      { troubles: [{ code: 'run-failed' }], lastRun: { state: 'errors', afterRun: 'fine/fine-0', summary } },
      { troubles: [{ code: 'run-lost' }], lastRun: { run: 'dead-1', state: 'lost' }, live: [] },
    ]);
    expect(jobs[6]).toMatchObject({
      ...{
        lag: { state: 'unknown', missing: 2, groups: 1 },
        maxLagSeconds: 86_400,
        troubles: [{ code: 'overdue' }, { code: 'lag' }],
      },
    });
    expect(jobs[5]).toMatchObject({
      live: [
        { run: 'busy-2', state: 'waiting', stopAsked: false },
        { run: 'busy-1', groups: { total: 40, done: 1 }, workers: 1, bytes: 8_192 },
      ],
    });
  });

  it('lists the runs of a job, the newest first', async () => {
    const context = world.context();
    expect(await historyCommand('bad', { ...world.options, limit: '20' }, context)).toBe(0);
    expect(context.printed.map((line) => line.trim().split(/\s{2,}/))).toEqual([
      ['started', 'state', 'took', 'copied', 'failed', 'written', 'lag', 'why', 'message'],
      [
        ...['2026-11-18T12:00:00Z', 'errors', '3 min 5 s', '3', '1', '3.00 GiB', '14 h', 'after run fine/fine-0'],
        'done with errors in 3 min: 1 snapshot failed',
      ],
      ['2026-11-17T12:00:00Z', 'ok', '3 min 5 s', '3', '1', '3.00 GiB', '14 h', 'by hand'],
    ]);
    const [one, none] = [world.context(), world.context()];
    await historyCommand('bad', { ...world.options, limit: '1', json: true }, one);
    expect(JSON.parse(one.printed.join(''))).toMatchObject({
      version: 1,
      job: 'bad',
      runs: [{ run: '20261118T120000000Z-ab', summary }],
    });
    await historyCommand('never', { ...world.options, limit: '1' }, none);
    expect(none.printed).toEqual(['job never has never run']);
    await expect(historyCommand('bad', { ...world.options, limit: 'x' }, none)).rejects.toMatchObject({ code: 'LIMIT_INVALID' });
  });

  const show = async (run: string, options: { job?: string; json?: boolean } = {}): Promise<string> => {
    const context = world.context();
    await showCommand(run, { ...world.options, ...options }, context);
    return context.printed.join('\n');
  };

  it('shows the report of a run: what failed, what to do, which groups, and where the page lies', async () => {
    const text = await show('bad/latest');
    expect(text).toContain('run 20261118T120000000Z-ab of job bad: errors');
    expect(text).toContain('CHUNK_MISSING: [vm/7]: chunk 0d19 is missing');
    expect(text).toContain('Damaged or refused data: Verify the snapshot on the source.');
    expect(text).toMatch(/^vm\/7 +errors +/m);
    expect(text).toMatch(/^Report: s3:\/\/control\/runs\/bad\/.*report\.html$/m);
    expect(JSON.parse(await show('20261118', { json: true }))).toMatchObject({ version: 1, state: 'errors' });
  });

  it('shows how far a run is that is at work, and what it is when it died', async () => {
    expect(await show('busy-1')).toContain('groups 1/40, 1 worker');
    expect(await show('dead')).toContain('it was killed, or died without a word');
    await expect(show('busy-1', { json: true })).rejects.toMatchObject({
      ...{ code: 'REPORT_MISSING', message: expect.stringContaining('it has not ended') as string },
    });
    await expect(show('dead', { json: true })).rejects.toMatchObject({
      ...{ code: 'REPORT_MISSING', message: expect.stringContaining('it was killed') as string },
    });
  });

  it.each([
    ['nobody', 'RUN_UNKNOWN'],
    ['2026111', 'RUN_AMBIGUOUS'],
    ['bad/20261118T', undefined],
    ['20261117T120000000Z-cd', undefined],
  ])('finds a run by what nobody else begins with: %s', async (text, code) => {
    const shown = show(text).catch((error: unknown) => error);
    if (code === undefined) expect(await shown).toContain('of job bad');
    else expect(await shown).toMatchObject({ code });
  });

  it.each([
    ['bda', 'did you mean job bad?'],
    ['bad/2031', 'there is no run 2031 of job bad; flotilla history bad lists them'],
    ['never/latest', 'job never has never run'],
    ['bda/latest', 'job bda has no run latest; did you mean bad?'],
  ])('says what there is, where no run is meant by %s', async (text, said) => {
    await expect(show(text)).rejects.toMatchObject({ message: expect.stringContaining(said) as string });
  });

  it('asks a run to stop, says so, and waits until it has ended', async () => {
    const run = await world.begin({ ...world.ref('never', 'stop-1', 0), state: 'running' });
    let looks = 0;
    const context = world.context(async () => {
      looks += 1;
      expect(await world.store.loadStop(run)).toEqual({ at: world.ago(0), by: 'ops' });
      if (looks === 2) await world.store.saveRun({ ...run, state: 'stopped', endedAt: world.ago(0), message: 'stopped in 3 s' });
    });
    expect(await stopCommand('never', { ...world.options, wait: true }, context)).toBe(0);
    expect(context.printed).toEqual([
      expect.stringMatching(/^asked run stop-1 of job never to stop: .* the next run goes on from there$/),
      `run stop-1 of job never ended ${world.ago(0)}: stopped in 3 s`,
    ]);
    const again = world.context();
    expect(await stopCommand('stop-1', { ...world.options, wait: true }, again)).toBe(0);
    expect(again.printed).toEqual([`run stop-1 of job never ended ${world.ago(0)}: stopped in 3 s`]);
  });

  it('stops nothing where nothing is at work', async () => {
    const idle = world.context();
    expect(await stopCommand('fine', { ...world.options, wait: true }, idle)).toBe(0);
    expect(idle.printed).toEqual(['no run of job fine waits or is at work']);
    expect(await world.store.loadStop(world.ref('fine', 'fine-2', 4))).toBeUndefined();
  });

  it.each(['dead', 'dead-1'])(
    'keeps a wish for a run that died, which a service may take up again, and does not wait: %s',
    async (text) => {
      const dead = world.context();
      expect(await stopCommand(text, { ...world.options, wait: true }, dead)).toBe(0);
      expect(dead.printed).toEqual([
        expect.stringMatching(/ is at work no more: it was killed, .*; if a service takes it up again, it ends at once$/),
      ]);
      expect(await world.store.loadStop(world.ref('dead', 'dead-1', 30))).toMatchObject({ by: 'ops' });
    },
  );

  it('leaves alone runs that died before another one ended, and takes no skipped one for that', async () => {
    const { store, ref, ago } = world;
    await store.saveRun({ ...ref('resting', 'killed-long-ago', 90), state: 'running' });
    await store.saveRun({ ...ref('resting', 'ok-since', 80), state: 'ok', endedAt: ago(79) });
    await store.saveRun({ ...ref('resting', 'skipped-since', 70), state: 'skipped', endedAt: ago(70) });
    const stop = async () => {
      const context = world.context();
      expect(await stopCommand('resting', { ...world.options, wait: true }, context)).toBe(0);
      return context.printed;
    };
    expect(await stop()).toEqual(['no run of job resting waits or is at work']);
    await store.saveRun({ ...ref('resting', 'killed-since', 75), state: 'running' });
    expect(await stop()).toEqual([expect.stringMatching(/^run killed-since of job resting is at work no more/)]);
  });

  it('gives up waiting when it is asked to, and leaves the wish', async () => {
    const context = world.context();
    const stop = { ...context.stop, asked: () => true };
    expect(await stopCommand('busy-2', { ...world.options, wait: true }, { ...context, stop })).toBe(1);
    expect(await world.store.loadStop(world.ref('busy', 'busy-2', 0))).toMatchObject({ by: 'ops' });
  });
});
