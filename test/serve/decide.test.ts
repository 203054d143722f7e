import { beforeEach, describe, expect, it } from 'vitest';
import { decide, MAX_FOLLOWED, nextDue, withoutIntent } from '../../lib/serve/decide.ts';
import type { Facts, ServedJob, ServedSchedule } from '../../lib/serve/served-job.ts';
import { NEW_STATE, parseServeState, type ServeState } from '../../lib/serve/state.ts';

const HOUR = 3_600_000;
/** Every full hour. */
const hourly: ServedSchedule = {
  name: 'main',
  text: 'hourly',
  lastTime: (notAfter) => Math.floor(notAfter / HOUR) * HOUR,
  nextTime: (after) => (Math.floor(after / HOUR) + 1) * HOUR,
  input: (time) => ({ 'scheduled-time': new Date(time).toISOString(), schedule: 'main' }),
};
const nightly: ServedJob = { id: 'nightly', schedules: [hourly], after: [] };
const second: ServedJob = { id: 'second', schedules: [], after: ['nightly'] };
const watching: ServedJob = { id: 'watching', schedules: [], after: [], onBackup: { settleMs: 120_000, pollMs: 300_000 } };

let names = 0;
const name = (job: string) => ({ job, id: `run-${String(++names)}`, startedAt: '2026-11-01T00:00:00.000Z' });
const facts = (now: number, more: Partial<Facts> = {}): Facts => ({
  ...{ now, isSuspended: () => false, endedWell: () => [], pendingSince: () => undefined, nextPoll: undefined },
  ...more,
});
const causes = ({ intents }: ServeState) => intents.map(({ run, cause }) => [run.job, cause]);

describe('a schedule that is served', () => {
  let begun: ServeState;
  beforeEach(() => {
    begun = decide(NEW_STATE, [nightly], facts(10 * HOUR + 1), name);
  });

  it('catches up nothing of the time before it was first seen', () => {
    expect(begun.intents).toEqual([]);
    expect(nextDue(begun, [nightly], facts(10 * HOUR + 1))).toBe(11 * HOUR);
  });

  it('starts one run for a time, however often it is looked at', () => {
    const due = decide(begun, [nightly], facts(11 * HOUR), name);
    expect(causes(due)).toEqual([['nightly', { kind: 'schedule', schedule: 'main', tick: 11 * HOUR }]]);
    expect(due.intents[0]!.overrides).toEqual(hourly.input(11 * HOUR));
    expect(decide(due, [nightly], facts(11 * HOUR + 5), name)).toBe(due);
    expect(decide(withoutIntent(due, due.intents[0]!), [nightly], facts(11 * HOUR + 6), name).intents).toEqual([]);
  });

  it('serves many missed times once, as the latest of them', () => {
    const due = decide(begun, [nightly], facts(19 * HOUR + 7), name);
    expect(causes(due)).toEqual([['nightly', { kind: 'schedule', schedule: 'main', tick: 19 * HOUR }]]);
  });

  it('starts nothing when the clock is set back, and goes on where it was', () => {
    const due = decide(begun, [nightly], facts(11 * HOUR), name);
    expect(decide(due, [nightly], facts(9 * HOUR), name)).toBe(due);
    expect(decide(due, [nightly], facts(12 * HOUR), name).intents).toHaveLength(2);
  });

  it('begins anew when it is written in another way', () => {
    const other = { ...nightly, schedules: [{ ...hourly, text: 'other' }] };
    expect(decide(begun, [other], facts(15 * HOUR), name).intents).toEqual([]);
  });

  it('has a time again, once, whose run served nothing, when the job is no longer suspended', () => {
    const due = decide(begun, [nightly], facts(11 * HOUR), name);
    const missed = withoutIntent(due, due.intents[0]!, 11 * HOUR + 1);
    expect(decide(missed, [nightly], facts(11 * HOUR + 1, { isSuspended: () => true }), name)).toBe(missed);
    const again = decide(missed, [nightly], facts(11 * HOUR + 2), name);
    expect(causes(again)).toEqual([['nightly', { kind: 'schedule', schedule: 'main', tick: 11 * HOUR }]]);
    const served = withoutIntent(again, again.intents[0]!);
    expect(decide(served, [nightly], facts(11 * HOUR + 3), name)).toBe(served);
  });
});

describe('a job that comes after another', () => {
  const ended = (...runs: string[]) => facts(0, { endedWell: (job) => (job === 'nightly' ? runs : []) });

  it('follows no run that had ended before it was there, and each later one once', () => {
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    expect(begun.intents).toEqual([]);
    const due = decide(begun, [second], ended('c', 'b', 'a'), name);
    expect(due.intents.map(({ overrides }) => overrides)).toEqual([{ 'after-run': 'nightly/b' }, { 'after-run': 'nightly/c' }]);
    expect(decide(due, [second], ended('c', 'b', 'a'), name)).toBe(due);
  });

  it('follows what ended while it was suspended when it no longer is', () => {
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    expect(decide(begun, [second], { ...ended('b', 'a'), isSuspended: () => true }, name)).toBe(begun);
    expect(decide(begun, [second], ended('b', 'a'), name).intents).toHaveLength(1);
  });

  it('remembers no more of them than it has to', () => {
    let state = decide(NEW_STATE, [second], ended(), name);
    for (let run = 0; run < 300; run++) state = decide(state, [second], ended(`run-${String(run)}`), name);
    expect(state.followed['second']!['nightly']).toHaveLength(MAX_FOLLOWED);
    expect(state.intents).toHaveLength(300);
  });
});

describe('a job that follows backups', () => {
  const pending = (now: number, since: number | undefined) => facts(now, { pendingSince: () => since });

  it('starts one run when what was written has settled, and none beside it', () => {
    expect(decide(NEW_STATE, [watching], pending(1000, undefined), name)).toBe(NEW_STATE);
    expect(decide(NEW_STATE, [watching], pending(120_999, 1000), name)).toBe(NEW_STATE);
    expect(nextDue(NEW_STATE, [watching], pending(5000, 1000))).toBe(121_000);
    const due = decide(NEW_STATE, [watching], pending(121_000, 1000), name);
    expect(causes(due)).toEqual([['watching', { kind: 'on-backup' }]]);
    expect(decide(due, [watching], pending(300_000, 200), name)).toBe(due);
    expect(nextDue(due, [watching], pending(300_000, 200))).toBeUndefined();
    expect(decide(withoutIntent(due, due.intents[0]!), [watching], pending(300_000, 200), name).intents).toHaveLength(1);
  });
});

describe('a job that follows backups and is skipped', () => {
  const pending = (now: number) => facts(now, { pendingSince: () => 0 });

  it('comes again when the time of a poll has passed, later each time, and starts nothing while it is suspended', () => {
    const due = decide(NEW_STATE, [watching], pending(120_000), name);
    const skipped = withoutIntent(due, due.intents[0]!, 130_000);
    expect(decide(skipped, [watching], pending(429_999), name)).toBe(skipped);
    expect(nextDue(skipped, [watching], pending(130_000))).toBe(430_000);
    expect(decide(skipped, [watching], { ...pending(430_000), isSuspended: () => true }, name)).toBe(skipped);
    const again = decide(skipped, [watching], pending(430_000), name);
    expect(again.intents).toHaveLength(1);
    const twice = withoutIntent(again, again.intents[0]!, 500_000);
    expect(nextDue(twice, [watching], pending(500_000))).toBe(500_000 + 2 * 300_000);
    const third = decide(twice, [watching], pending(1_100_000), name);
    expect(nextDue(withoutIntent(third, third.intents[0]!), [watching], pending(1_100_000))).toBe(120_000);
  });
});

describe('the state of flotilla serve', () => {
  it('reads back as it was written', () => {
    const begun = decide(NEW_STATE, [nightly, second, watching], facts(0), name);
    const due = decide(begun, [nightly, second, watching], facts(HOUR, { endedWell: () => ['a'], pendingSince: () => 0 }), name);
    expect(due.intents).toHaveLength(3);
    expect(parseServeState(JSON.stringify(due))).toEqual(due);
  });

  it('is refused when it is another', () => {
    expect(() => parseServeState('{"version":2}')).toThrow();
  });
});
