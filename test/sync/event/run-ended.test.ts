import { describe, expect, it } from 'vitest';
import { EventSchema } from '../../../lib/sync/event/event.ts';
import { runEnded, type EndedRun } from '../../../lib/sync/event/run-ended.ts';
import { UNSEEN, type Lag } from '../../../lib/sync/report/lag.ts';
import { foldReport } from '../../../lib/sync/report/fold-report.ts';
import { job } from '../../support/locations.ts';
import { damagedChunk, groupRecord, runFacts } from '../report/facts.ts';

const place = { bucket: 'control', key: 'runs/r1/report' };
const behind: Lag = { state: 'behind', seconds: 183_600, missing: 4, groups: 2 };

function ended(changes: Partial<EndedRun> = {}): EndedRun {
  return { job: job(), report: foldReport(runFacts([groupRecord()])), record: undefined, lag: UNSEEN, place, ...changes };
}

describe('the event that a run ended', () => {
  it('says first which copy, how it ended and how far behind the copy is', () => {
    const { message } = runEnded(ended({ lag: { state: 'current', seconds: 0, missing: 0, groups: 0 } }));
    const { id, source, target } = job();
    const first = `${id} (${source.id} -> ${target.id}): done in 1 min 40 s; the copy is up to date; 2 snapshots copied`;
    expect(message.slice(0, first.length)).toBe(first);
  });

  it('says what failed and what to do', () => {
    const records = [groupRecord({ state: 'errors', failures: [damagedChunk], failureCount: 1 })];
    const event = runEnded(ended({ report: foldReport(runFacts(records)), lag: behind }));
    expect(event).toMatchObject({ severity: 'error', state: 'errors', errors: { DataError: 1 } });
    expect(event.message).toMatch(
      /done with errors in .*; the copy is 2 d 3 h behind: 4 snapshots of 2 groups are missing; .*; the failure: vm\/100: chunk 4ff4 .*; Verify the snapshot on the source/,
    );
  });

  it('counts all failures by kind, those too that the report does not name', () => {
    const records = Array.from({ length: 30 }, (_, at) =>
      groupRecord({ name: `vm/${String(at)}`, state: 'errors', failures: Array(50).fill(damagedChunk), failureCount: 60 }),
    );
    const event = runEnded(ended({ report: foldReport(runFacts(records)) }));
    expect(event.errors).toEqual({ DataError: 1800 });
    expect(JSON.stringify(event).length).toBeLessThan(8 * 1024);
  });

  it('is a notice of a run that was skipped, and no more than information where nobody needs to look into that', () => {
    const report = foldReport(runFacts([], { decision: 'skip', message: 'run r7 waits already' }));
    const record = { job: 'daily', id: 'r8', startedAt: report.startedAt, state: 'skipped' } as const;
    const event = runEnded(ended({ report, record }));
    expect(event).toMatchObject({ kind: 'skipped', severity: 'notice', reason: 'run r7 waits already' });
    expect(runEnded(ended({ report, record: { ...record, quiet: true } })).severity).toBe('info');
  });

  it.each([
    ['that failed', { error: { Error: 'ConfigError', Cause: 'BUCKET_DENIED: access to bucket x is denied' } }],
    ['without work', {}],
    ['that was dry', { dryRun: true }],
    ['that was skipped', { decision: 'skip' as const }],
  ])('is as its schema says of a run %s', (_, changes) => {
    const event = runEnded(ended({ report: foldReport(runFacts([], changes)), lag: behind }));
    expect(EventSchema.parse(event)).toEqual(event);
  });
});
