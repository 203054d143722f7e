import { describe, expect, it } from 'vitest';
import {
  archiveEndLine,
  percentageLine,
  shareDone,
  skippedLine,
  snapshotEndLine,
  snapshotStartLine,
} from '../../lib/sync/log-lines.ts';
import type { SureStep } from '../../lib/sync/refine-plan.ts';

const snapshot = { name: '2025-11-01T08:00:00Z', files: [] };
const step = (members: Partial<SureStep>): SureStep => ({ snapshot, existing: snapshot, reason: 'changed', ...members });

describe('shareDone', () => {
  it('adds to the groups that are done the share of those at work, as PBS does', () => {
    expect(shareDone({ groups: 8, done: 0, working: [{ snapshots: 2, snapshotsDone: 1 }] })).toBe(0.0625);
    expect(shareDone({ groups: 4, done: 1, working: [{ snapshots: 4, snapshotsDone: 2 }] })).toBe(0.375);
  });

  it('counts a group that knows nothing of its snapshots yet as not begun, and no groups as all done', () => {
    expect(shareDone({ groups: 2, done: 1, working: [{ snapshots: 0, snapshotsDone: 0 }] })).toBe(0.5);
    expect(shareDone({ groups: 0, done: 0, working: [] })).toBe(1);
  });
});

describe('percentageLine', () => {
  it('is the line of a real PBS log', () => {
    expect(percentageLine({ groups: 8, done: 0, working: [{ snapshots: 2, snapshotsDone: 1 }] })).toBe(
      'percentage done: 6.25% (0/8 groups, 1/2 snapshots in group #1)',
    );
    expect(percentageLine({ groups: 8, done: 5, working: [] })).toBe('percentage done: 62.50% (5/8 groups)');
  });

  it('says 100 % when all is done, and not before', () => {
    const working = [{ snapshots: 100_000, snapshotsDone: 99_999 }];
    expect(percentageLine({ groups: 1, done: 0, working })).toContain('99.99%');
    expect(percentageLine({ groups: 3, done: 3, working: [] })).toBe('percentage done: 100.00% (3/3 groups)');
  });
});

describe('lines about one snapshot', () => {
  it('tells a first sync, a second one, one of a damaged copy and one that goes on', () => {
    const lines = [step({ reason: 'new' }), step({}), step({ reason: 'corrupt' })].map((one) => snapshotStartLine(one, false));
    expect([...lines, snapshotStartLine(step({}), true)]).toEqual([
      '2025-11-01T08:00:00Z: start sync',
      're-sync snapshot 2025-11-01T08:00:00Z',
      're-sync snapshot 2025-11-01T08:00:00Z due to corruption',
      '2025-11-01T08:00:00Z: resume sync',
    ]);
  });

  it('tells whether anything was written', () => {
    expect([0, 1].map((bytes) => snapshotEndLine('T', bytes))).toEqual(['T: no data changes', 'T: sync done']);
  });

  it('gives an archive’s size and its rate by the clock, and no rate where no time passed', () => {
    const moved = { bytes: 3 * 1024 * 1024, seconds: 2 };
    expect(archiveEndLine('T', 'a.didx', moved)).toBe('T/a.didx: downloaded 3 MiB (1.5 MiB/s)');
    expect(archiveEndLine('T', 'a.didx', { ...moved, seconds: 0 })).toBe('T/a.didx: downloaded 3 MiB');
  });

  it('names one left-out snapshot once', () => {
    expect(skippedLine({ reason: 'older-than-newest', count: 1, first: 'T', last: 'T' })).toBe(
      'skipped: 1 snapshot(s) (T) - older than the newest snapshot present on sync target',
    );
  });
});
