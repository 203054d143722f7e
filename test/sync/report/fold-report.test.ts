import { describe, expect, it } from 'vitest';
import { describeReport } from '../../../lib/sync/report/describe-report.ts';
import { foldReport } from '../../../lib/sync/report/fold-report.ts';
import { MAX_REPORT_FAILURES } from '../../../lib/sync/report/report.ts';
import { noTally } from '../../../lib/sync/report/tally.ts';
import { damagedChunk, groupRecord, runFacts } from './facts.ts';

const removed = { snapshots: 3, groups: 1, namespaces: 0, kept: [] };

describe('foldReport', () => {
  it('sums the groups of a good run', () => {
    const report = foldReport(runFacts([groupRecord(), groupRecord({ name: 'ct/200' })], { removed }));
    expect(report).toMatchObject({
      state: 'ok',
      seconds: 100,
      groups: { total: 9, planned: 2, ok: 2, errors: 0, unfinished: 0 },
      snapshots: { copied: 4, updated: 0, failed: 0 },
      tally: { chunks: 20, chunksKnown: 180, bytes: 8192, verified: 20 },
      removed,
      failures: [],
      failureCount: 0,
    });
    expect(report.details.map(({ name }) => name)).toEqual(['ct/200', 'vm/100']);
  });

  it('counts a planned group without a record as unfinished, and says what to do', () => {
    const report = foldReport(runFacts([], { planned: [{ namespace: 'prod', name: 'vm/7' }] }));
    expect(report).toMatchObject({ state: 'errors', groups: { planned: 1, ok: 0, unfinished: 1 }, failureCount: 1 });
    expect(report.failures[0]).toMatchObject({ code: 'WORKER_DIED', group: 'prod/vm/7' });
    expect(report.failures[0]?.message).toContain('log of sync-group');
  });

  it.each(['running', 'waiting'] as const)('takes a group that is left %s for one whose worker died', (state) => {
    const report = foldReport(runFacts([groupRecord({ state, doing: '2025-10-31T22:00:03Z chunks' })]));
    expect(report).toMatchObject({ state: 'errors', groups: { unfinished: 1 } });
    expect(report.failures.map(({ code }) => code)).toEqual(['WORKER_DIED']);
    expect(report.failures[0]?.message).toContain('2025-10-31T22:00:03Z chunks');
  });

  it('keeps what a worker noted before it died', () => {
    const report = foldReport(runFacts([groupRecord({ state: 'running', failures: [damagedChunk], failureCount: 1 })]));
    expect(report.failures.map(({ code }) => code)).toEqual(['CHUNK_DIGEST_MISMATCH', 'WORKER_DIED']);
    expect(report.failureCount).toBe(2);
  });

  it('ends with errors when a group did, and names the group with each failure', () => {
    const record = groupRecord({ namespace: 'prod', state: 'errors', failures: [damagedChunk], failureCount: 1 });
    const report = foldReport(runFacts([record, groupRecord()]));
    expect(report).toMatchObject({ state: 'errors', groups: { ok: 1, errors: 1 }, failureCount: 1 });
    expect(report.failures).toEqual([{ ...damagedChunk, group: 'prod/vm/100' }]);
  });

  it('names every failing group before it names one again, and counts all failures', () => {
    const failures = Array.from({ length: 50 }, () => damagedChunk);
    const records = Array.from({ length: 300 }, (_, index) =>
      groupRecord({ name: `vm/${String(index)}`, state: 'errors', failures, failureCount: 60 }),
    );
    const report = foldReport(runFacts(records));
    expect(report.failures).toHaveLength(MAX_REPORT_FAILURES);
    expect(new Set(report.failures.map(({ group }) => group)).size).toBe(300);
    expect(report.failureCount).toBe(300 * 60);
  });

  it('takes a run that was asked to stop for stopped, and what it did not begin for no failure', () => {
    const records = [groupRecord(), groupRecord({ name: 'vm/2', state: 'stopped' })];
    const report = foldReport(runFacts(records, { planned: [...records, { namespace: '', name: 'vm/3' }] }));
    expect(report).toMatchObject({ state: 'stopped', groups: { planned: 3, ok: 1, unfinished: 2 }, failureCount: 0 });
  });

  it('takes a run that was ended while it waited for its turn for stopped', () => {
    expect(foldReport(runFacts([], { decision: 'wait' })).state).toBe('stopped');
  });

  it('fails with the message of the error that Lambda wraps in JSON', () => {
    const Cause = JSON.stringify({ errorType: 'ConfigError', errorMessage: 'datastore main: access denied', trace: [] });
    const report = foldReport(runFacts([], { error: { Error: 'ConfigError', Cause } }));
    expect(report.state).toBe('failed');
    expect(report.failures).toEqual([{ kind: 'ConfigError', code: 'RUN_FAILED', message: 'datastore main: access denied' }]);
  });

  it.each([
    ['States.Timeout', '', 'RUN_TIMED_OUT'],
    ['States.TaskFailed', '', 'RUN_FAILED'],
    ['TypeError', 'no JSON', 'RUN_FAILED'],
    ['TypeError', '"a text"', 'RUN_FAILED'],
    ['TypeError', '{"errorMessage":1}', 'RUN_FAILED'],
    ['TypeError', 'null', 'RUN_FAILED'],
  ])('says something about the error %s with the cause %j', (Error, Cause, code) => {
    const [failure] = foldReport(runFacts([], { error: { Error, Cause } })).failures;
    expect(failure).toMatchObject({ kind: Error, code });
    expect(failure?.message).not.toBe('');
  });

  it('fails as a whole when an error ended it, and calls what was not begun unfinished', () => {
    const facts = runFacts([groupRecord()], { error: { Error: 'States.Timeout', Cause: '' } });
    const report = foldReport({ ...facts, planned: [...facts.planned, { namespace: '', name: 'vm/2' }] });
    expect(report).toMatchObject({ state: 'failed', groups: { planned: 2, ok: 1, unfinished: 1 }, failureCount: 1 });
  });

  it('is skipped when start-run said so, with its reason, folded once or twice', () => {
    const report = foldReport(runFacts([], { decision: 'skip', message: 'run 7 is at work' }));
    expect(report).toMatchObject({ state: 'skipped', reason: 'run 7 is at work' });
    const again = foldReport(runFacts([], { decision: 'skip', message: describeReport(report) }));
    expect(again.reason).toBe('run 7 is at work');
  });

  it('says that it was stopped when that happened while it waited for its turn', () => {
    const error = { Error: 'ConflictError', Cause: 'stopped on request' };
    const report = foldReport(runFacts([], { error, message: 'waits for run 7' }));
    expect(describeReport(report)).toBe('skipped: stopped on request');
  });

  it('is skipped when another run was in the way before anything began', () => {
    expect(foldReport(runFacts([], { error: { Error: 'ConflictError', Cause: 'busy' } })).state).toBe('skipped');
    expect(foldReport(runFacts([groupRecord()], { error: { Error: 'ConflictError', Cause: 'busy' } })).state).toBe('failed');
  });

  it('was stopped, and has not failed, when that was asked for before its turn or between its groups', () => {
    const error = { Error: 'ConflictError', Cause: 'RUN_STOPPED: stopped on request before anything was written' };
    for (const records of [[], [groupRecord()]]) {
      expect(foldReport(runFacts(records, { error }))).toMatchObject({ state: 'stopped', failures: [], failureCount: 0 });
    }
  });

  it('counts the worker that makes namespaces as no group, but its requests and its death', () => {
    const namespaces = groupRecord({ name: 'namespaces' });
    const done = foldReport(runFacts([namespaces, groupRecord()]));
    expect(done).toMatchObject({ state: 'ok', groups: { planned: 1, ok: 1 }, tally: { bytes: 8192 } });
    expect(done.details).toHaveLength(1);
    const died = foldReport(runFacts([groupRecord()], { planned: [{ namespace: '', name: 'namespaces' }, groupRecord()] }));
    expect(died).toMatchObject({ state: 'errors', failureCount: 1 });
  });

  it('never says that a run took less than no time', () => {
    expect(foldReport(runFacts([], { endedAt: '2025-11-01T08:09:59.000Z' })).seconds).toBe(0);
  });
});

describe('describeReport', () => {
  const failing = groupRecord({ namespace: 'prod', state: 'errors', failures: [damagedChunk], failureCount: 1 });
  it.each([
    [foldReport(runFacts([groupRecord()])), 'done in 1 min 40 s: 2 snapshots copied, 4.00 KiB written (1 of 1 group done)'],
    [
      foldReport(runFacts([groupRecord({ tally: { ...noTally(), snapshotsUpdated: 1, snapshotsFailed: 2 }, state: 'errors' })])),
      'done with errors in 1 min 40 s: 1 snapshot updated (0 of 1 group done); 2 snapshots failed; 1 group with errors',
    ],
    [foldReport(runFacts([groupRecord({ tally: noTally() })])), 'done in 1 min 40 s: nothing written'],
    [{ ...foldReport(runFacts([])), state: 'failed' as const }, 'failed after 1 min 40 s: no cause was given'],
    [foldReport(runFacts([], { error: { Error: 'ConflictError', Cause: 'busy' } })), 'skipped: busy'],
    [
      foldReport(runFacts([{ ...failing, failures: [{ ...damagedChunk, message: 'prod/vm/100 broke' }], failureCount: 2 }])),
      'done with errors in 1 min 40 s: 2 snapshots copied, 4.00 KiB written (0 of 1 group done); 1 group with errors; ' +
        'the first of 2 failures: prod/vm/100 broke',
    ],
    [
      foldReport(
        runFacts([groupRecord({ state: 'errors', failures: [damagedChunk], failureCount: 1 })], {
          removed: { ...removed, snapshots: 0 },
        }),
      ),
      'done with errors in 1 min 40 s: 2 snapshots copied, 4.00 KiB written (0 of 1 group done); 1 group with errors; ' +
        'the failure: vm/100: chunk 4ff4 of drive-scsi0.img.fidx reads as 91ab',
    ],
    [foldReport(runFacts([])), 'done in 1 min 40 s: nothing to do, 9 groups up to date'],
    [foldReport(runFacts([], { dryRun: true })), 'dry run: nothing was changed; the source has 9 groups'],
    [foldReport(runFacts([], { decision: 'skip', message: 'run 7 is at work' })), 'skipped: run 7 is at work'],
    [foldReport(runFacts([], { decision: 'skip' })), 'skipped: another run is at work'],
    [foldReport(runFacts([], { error: { Error: 'Bug', Cause: 'it broke' } })), 'failed after 1 min 40 s: it broke'],
    [
      foldReport(runFacts([groupRecord({ state: 'stopped', tally: groupRecord().tally })])),
      'stopped in 1 min 40 s: 2 snapshots copied, 4.00 KiB written (0 of 1 group done); 1 group not finished; the next run goes on from there',
    ],
    [
      foldReport(runFacts([failing], { removed })),
      'done with errors in 1 min 40 s: 2 snapshots copied, 4.00 KiB written, 3 snapshots removed (0 of 1 group done); 1 group with errors; ' +
        'the failure: prod/vm/100: chunk 4ff4 of drive-scsi0.img.fidx reads as 91ab',
    ],
  ])('says in one sentence how a run ended: %#', (report, sentence) => {
    expect(describeReport(report)).toBe(sentence);
  });
});
