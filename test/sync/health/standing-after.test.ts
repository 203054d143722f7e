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
      ...{ revision: 2, counted: ['r1', 'r2'], asOf: LOOKED.looked.at, lookedAt: LOOKED.looked.at, lastGood: { id: 'r1' } },
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

  it('is not changed by a dry run', () => {
    expect(after([report('r1', { dryRun: true }), {}])).toBeUndefined();
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

  it('is looked at by a run of some groups, but not as of then', () => {
    const standing = after([report('r1'), LOOKED], [report('r2'), { looked: { at: '2025-11-06T08:00:00.000Z', whole: false } }]);
    expect(standing).toMatchObject({ asOf: LOOKED.looked.at, lookedAt: '2025-11-06T08:00:00.000Z' });
  });

  it('hears nothing of the source from a run that was skipped', () => {
    const standing = after([report('r1', { decision: 'skip', records: [], planned: [] }), {}]);
    expect(standing).toMatchObject({ totals: { runs: { skipped: 1 } } });
    expect(standing).not.toHaveProperty('blindSince');
  });
});
