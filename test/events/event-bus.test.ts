import { describe, expect, it } from 'vitest';
import { runFinishedDetail } from '../../lib/events/event-bus.ts';
import { foldReport } from '../../lib/sync/report/fold-report.ts';
import { damagedChunk, groupRecord, runFacts } from '../sync/report/facts.ts';

/** Bytes; an entry may have 1 MB (facts/aws.md 5.2). */
const FAR_BELOW = 64 * 1024;

describe('the event that a run ended', () => {
  const kept = Array.from({ length: 50_000 }, (_, at) => `prod/vm/${String(at)}/2025-10-31T22:00:03Z (protected)`);
  const failures = Array.from({ length: 40 }, () => damagedChunk);
  const report = foldReport(runFacts([groupRecord({ state: 'errors', failures, failureCount: 40 })]));
  const removed = { snapshots: 3, groups: 1, namespaces: 0, kept };

  it('names the first of what was kept and counts all, however much that is', () => {
    const detail = runFinishedDetail({ ...report, removed });
    expect(detail).toMatchObject({ removed: { snapshots: 3, kept: kept.slice(0, 10), keptCount: 50_000 } });
    expect(JSON.stringify(detail).length).toBeLessThan(FAR_BELOW);
  });

  it('names the first failures, counts all, and leaves the groups to the report', () => {
    const detail = JSON.parse(JSON.stringify(runFinishedDetail(report))) as Record<string, unknown>;
    expect(detail).toMatchObject({ failureCount: 40, state: report.state });
    expect(detail['failures']).toHaveLength(10);
    expect(detail).not.toHaveProperty('details');
  });

  it('says nothing of a removal where there was none', () => {
    expect(JSON.parse(JSON.stringify(runFinishedDetail(report)))).not.toHaveProperty('removed');
  });
});
