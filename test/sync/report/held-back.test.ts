import { describe, expect, it } from 'vitest';
import { noRequests, type RequestCounts } from '../../../lib/datastore/object-store.ts';
import { describeReport } from '../../../lib/sync/report/describe-report.ts';
import { foldReport } from '../../../lib/sync/report/fold-report.ts';
import { heldBack } from '../../../lib/sync/report/held-back.ts';
import { renderReportPage } from '../../../lib/sync/report/page/render-page.ts';
import type { Report } from '../../../lib/sync/report/report.ts';
import { noTally } from '../../../lib/sync/report/tally.ts';
import { groupRecord, runFacts } from './facts.ts';

const limited = (limitedMs: number): RequestCounts => ({ ...noRequests(), limitedMs });

/** A run of 100 seconds, in which each of so many workers took a minute. */
function reportOf(workers: number, [source, target]: readonly [number, number]): Report {
  const records = Array.from({ length: workers }, (_, n) =>
    groupRecord({ name: `vm/${n}`, tally: { ...noTally(), chunks: 1, bytes: 9, target: limited(target) } }),
  );
  return foldReport(runFacts(records, { planning: { source: limited(source), target: limited(0) } }));
}

describe('how long limits held a run back', () => {
  it('is no word worth below a second, or a twentieth of the time of the workers', () => {
    expect(heldBack(reportOf(2, [999, 2_999]))).toBeUndefined();
    expect(heldBack(reportOf(2, [999, 3_000]))).toContain('for 6.0 s at the target');
    expect(heldBack({ ...reportOf(0, [999, 0]), seconds: 1 })).toBeUndefined();
    expect(heldBack({ ...reportOf(0, [1_000, 0]), seconds: 1 })).toContain('for 1.0 s at the source');
  });

  it('is summed over the workers and planning, and stands in the summary, on the page and in the JSON', () => {
    const report = reportOf(3, [9_500, 55_000]);
    expect([report.tally.source.limitedMs, report.tally.target.limitedMs]).toEqual([9_500, 165_000]);
    const said =
      'imits of the configuration held the workers back for 9.5 s at the source and 2 min 45 s at the target, summed over all';
    expect(describeReport(report)).toContain(`; l${said}`);
    expect(renderReportPage(report)).toContain(`<p>L${said}`);
  });

  it('is not on the page of a run without limits', () => {
    expect(renderReportPage(reportOf(1, [0, 0]))).not.toContain('Limits of the configuration');
  });
});
