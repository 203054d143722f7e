import { describe, expect, it } from 'vitest';
import { liveLines, sayMilestones, secondsLeft, showProgress, type Look } from '../../lib/cli/live-progress.ts';
import type { GroupRecord } from '../../lib/sync/report/group-record.ts';
import { noTally } from '../../lib/sync/report/tally.ts';
import { fakeTimers } from '../support/fake-timers.ts';

const MIB = 1024 * 1024;

function record(name: string, at: number, members: Partial<GroupRecord> & { mib?: number } = {}): GroupRecord {
  const { mib = 0, ...rest } = members;
  return {
    ...{ namespace: '', name, state: 'running', startedAt: new Date(0).toISOString(), updatedAt: new Date(at).toISOString() },
    ...{ snapshots: 4, snapshotsDone: 0, tally: { ...noTally(), bytes: mib * MIB }, skipped: [], failures: [], failureCount: 0 },
    ...rest,
  };
}

describe('live lines', () => {
  it('show each worker with its snapshot, bytes and rate, and in all the share done and the time left', () => {
    const timers = fakeTimers();
    const now = (): number => timers.now();
    const advance = (ms: number): void => timers.advance(ms);
    const lines = liveLines(now);
    lines({ groups: 2, records: [record('vm/100', 0)] });
    advance(10_000);
    const records = [record('vm/100', 10_000, { snapshotsDone: 2, mib: 20, doing: '2025-11-03T08:00:00Z chunks' })];
    expect(lines({ groups: 2, records })).toEqual([
      `  ${'vm/100'.padEnd(28)} snapshot 3/4, 20.0 MiB, 2.00 MiB/s  2025-11-03T08:00:00Z chunks`,
      '25.00% (0/2 groups), 20.0 MiB written, about 30 s left',
    ]);
  });

  it('keep the last rate while a worker has written nothing new of itself', () => {
    const lines = liveLines(() => 0);
    lines({ groups: 1, records: [record('vm/100', 0)] });
    const again = { groups: 1, records: [record('vm/100', 2000, { mib: 8 })] };
    expect([lines(again)[0], lines(again)[0]]).toEqual([
      expect.stringContaining('4.00 MiB/s'),
      expect.stringContaining('4.00 MiB/s'),
    ]);
  });

  it('fit on a screen with many workers', () => {
    const records = Array.from({ length: 40 }, (_, number) => record(`vm/${String(number)}`, 0));
    const lines = liveLines(() => 0)({ groups: 40, records });
    expect([lines.length, lines.at(-2)]).toEqual([18, '  .. and 24 more at work']);
  });
});

describe('secondsLeft', () => {
  it('goes by the clock, and says nothing while too little is done', () => {
    expect(secondsLeft({ share: 0.25, seconds: 60, toGo: 0.75 })).toBe(180);
    expect(secondsLeft({ share: 0.009, seconds: 60, toGo: 0.9 })).toBeUndefined();
    expect(secondsLeft({ share: 0.5, seconds: 0.5, toGo: 0.5 })).toBeUndefined();
  });
});

describe('progress on a pipe', () => {
  it('says a line each tenth of the run or each half minute', () => {
    const timers = fakeTimers();
    const now = (): number => timers.now();
    const advance = (ms: number): void => timers.advance(ms);
    const say = sayMilestones(now);
    const at = (done: number) => say({ groups: 100, done, working: [] });
    expect([at(0), at(9), at(10), at(15), at(20)]).toEqual([
      ...[undefined, undefined, 'percentage done: 10.00% (10/100 groups)', undefined],
      'percentage done: 20.00% (20/100 groups)',
    ]);
    advance(30_000);
    expect([at(21), at(22)]).toEqual(['percentage done: 21.00% (21/100 groups)', undefined]);
  });

  it('ends with all that was done, and draws nothing', async () => {
    const timers = fakeTimers();
    const [said, drawn]: string[][] = [[], []];
    const terminal = { isLive: false, live: (lines: readonly string[]) => void drawn!.push(...lines) };
    const look = (): Promise<Look> => Promise.resolve({ groups: 1, records: [record('vm/100', 0, { state: 'ok' })] });
    const progress = showProgress({ terminal, look, say: (line) => said!.push(line), ...timers });
    await progress.end();
    expect([said, drawn]).toEqual([['percentage done: 100.00% (1/1 groups)'], []]);
  });

  it('goes on when the table does not answer', async () => {
    const timers = fakeTimers();
    const said: string[] = [];
    const look = (): Promise<Look> => Promise.reject(new Error('the table is away'));
    const terminal = { isLive: false, live: () => undefined };
    const progress = showProgress({ terminal, look, say: (line) => said.push(line), ...timers });
    timers.advance(1000);
    await expect(progress.end()).resolves.toBeUndefined();
    expect(said).toEqual([]);
  });
});
