import { describe, expect, it } from 'vitest';
import type { Standing } from '../../../lib/sync/health/health.ts';
import { standingAfter } from '../../../lib/sync/health/standing-after.ts';
import { foldReport, type RunFacts } from '../../../lib/sync/report/fold-report.ts';
import type { Report } from '../../../lib/sync/report/report.ts';
import type { RunRecord } from '../../../lib/sync/run-store.ts';
import { damagedChunk, groupRecord, runFacts } from '../report/facts.ts';

const LOOKED = { looked: { at: '2025-11-01T08:10:01.000Z', whole: true } };
const FAILED = { error: { Error: 'ConfigError', Cause: 'BUCKET_DENIED: access denied' } } as const;

function report(id: string, changes: Partial<RunFacts> = {}): Report {
  return foldReport(runFacts([groupRecord()], { run: { job: 'daily', id, startedAt: '2025-11-01T08:10:00.000Z' }, ...changes }));
}

/** The standing after these runs, each with what its record says. */
function after(...runs: readonly (readonly [Report, Pick<RunRecord, 'looked'>])[]): Standing | undefined {
  return runs.reduce<Standing | undefined>((so, [each, record]) => standingAfter(so, each, record), undefined);
}

describe('the standing of a job', () => {
  it('sums up its runs, and knows the last good one', () => {
    const errors = report('r2', { records: [groupRecord({ state: 'errors', failures: [damagedChunk], failureCount: 3 })] });
    const standing = after([report('r1'), LOOKED], [errors, LOOKED]);
    expect(standing).toMatchObject({
      ...{ revision: 2, counted: ['r1 ok', 'r2 errors'], asOf: LOOKED.looked.at, lastGood: { id: 'r1' } },
      totals: { runs: { ok: 1, errors: 1 }, seconds: 200, bytes: 8192, chunks: 20, snapshots: { copied: 4 } },
    });
    expect(standing?.totals).toMatchObject({ groups: { ok: 1, errors: 1 }, errors: { DataError: 3 } });
    expect(standing?.totals.requests).toEqual({});
  });

  it('counts a run once, however often it is ended, and remembers the last 100', () => {
    const many = Array.from({ length: 120 }, (_, at) => [report(`r${String(at)}`), LOOKED] as const);
    const standing = after(...many);
    expect(standing?.counted).toHaveLength(100);
    expect(standingAfter(standing, report('r119'), LOOKED)).toBe(standing);
  });

  it('remembers a dry run, and learns nothing by it', () => {
    const standing = after([report('r1', { dryRun: true }), {}]);
    expect(standing).toMatchObject({ counted: ['r1 ok'], totals: { runs: {}, seconds: 0 } });
    expect(standing).not.toHaveProperty('asOf');
    expect(standing).not.toHaveProperty('lastGood');
  });

  it('counts each end of a run that is begun again, and what it did once', () => {
    const stopped = report('r1', { records: [groupRecord({ state: 'stopped' })], endedAt: '2025-11-01T08:11:00.000Z' });
    const all = groupRecord({ tally: { ...groupRecord().tally, snapshotsCopied: 5, bytes: 10_000, chunks: 30 } });
    const ended = report('r1', { records: [all], endedAt: '2025-11-01T08:20:00.000Z' });
    const standing = after([stopped, {}], [report('r2'), LOOKED], [ended, LOOKED]);
    expect(standing).toMatchObject({
      ...{ counted: ['r1 stopped', 'r2 ok', 'r1 ok'], lastGood: { id: 'r1' }, asOf: LOOKED.looked.at },
      totals: { runs: { stopped: 1, ok: 2 }, bytes: 10_000 + 4096, chunks: 40, snapshots: { copied: 7 } },
    });
    expect(standing?.totals.seconds).toBe(600 + report('r2').seconds);
  });

  it('is blind from the first run on that could not list, until one can', () => {
    const blind = after([report('r1'), LOOKED], [report('r2', FAILED), {}], [report('r3', FAILED), {}]);
    expect(blind).toMatchObject({ blindSince: '2025-11-01T08:10:00.000Z', asOf: LOOKED.looked.at, lastGood: { id: 'r1' } });
    const seen = standingAfter(blind, report('r4', FAILED), { looked: { at: '2025-11-05T08:00:00.000Z', whole: true } });
    expect(seen).not.toHaveProperty('blindSince');
    expect(seen).toMatchObject({ asOf: '2025-11-05T08:00:00.000Z' });
  });

  it('is not blind for the slip of who started a run by hand', () => {
    const slip = { error: { Error: 'ConfigError', Cause: 'OVERRIDES_INVALID: the options for this run cannot be used' } };
    expect(after([report('r1'), LOOKED], [report('r2', slip), {}])).not.toHaveProperty('blindSince');
  });

  it('is no less blind when a run has seen some groups', () => {
    const some = { looked: { at: '2025-11-06T08:00:00.000Z', whole: false } };
    expect(after([report('r1'), some])).not.toHaveProperty('asOf');
    const standing = after([report('r1'), LOOKED], [report('r2', FAILED), {}], [report('r3'), some]);
    expect(standing).toMatchObject({ asOf: LOOKED.looked.at, blindSince: '2025-11-01T08:10:00.000Z' });
  });

  it('stays blind by a run that looked before another one could not', () => {
    const early = { looked: { at: '2025-11-01T08:09:59.000Z', whole: true } };
    const standing = after([report('r1', FAILED), {}], [report('r2'), early]);
    expect(standing).toMatchObject({ asOf: early.looked.at, blindSince: '2025-11-01T08:10:00.000Z' });
  });

  it('believes no time of a clock that was years ahead', () => {
    const wrong = '2036-01-01T00:00:00.000Z';
    const first = after([report('r1'), LOOKED])!;
    const standing = standingAfter({ ...first, asOf: wrong, blindSince: wrong }, report('r2'), LOOKED);
    expect(standing).toMatchObject({ asOf: LOOKED.looked.at });
    expect(standing).not.toHaveProperty('blindSince');
  });

  it('hears nothing of the source from a run that was skipped', () => {
    const standing = after([report('r1', { decision: 'skip', records: [], planned: [] }), {}]);
    expect(standing).toMatchObject({ totals: { runs: { skipped: 1 } } });
    expect(standing).not.toHaveProperty('blindSince');
  });
});
