import { beforeEach, describe, expect, it } from 'vitest';
import { decide, MAX_FOLLOWED, nextDue, withoutIntent } from '../../lib/serve/decide.ts';
import type { Facts, ServedJob, ServedSchedule } from '../../lib/serve/served-job.ts';
import { NEW_STATE, parseServeState, type ServeState } from '../../lib/serve/state.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
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
  ...{ now, isSuspended: () => false, endedWell: () => [], openSince: () => [], nextPoll: undefined },
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
    expect(decide(due, [nightly], facts(11 * HOUR - 10 * MINUTE), name)).toBe(due);
    expect(decide(due, [nightly], facts(12 * HOUR), name).intents).toHaveLength(2);
  });

  it('is served again as soon as a clock is set right that was years ahead', () => {
    const wrong = decide(begun, [nightly], facts(80_000 * HOUR), name);
    const ended = withoutIntent(wrong, wrong.intents[0]!);
    const right = decide(ended, [nightly], facts(11 * HOUR + 1), name);
    expect(right.intents).toEqual([]);
    expect(causes(decide(right, [nightly], facts(12 * HOUR), name))).toEqual([
      ['nightly', { kind: 'schedule', schedule: 'main', tick: 12 * HOUR }],
    ]);
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

  const follows = (state: ServeState) => state.intents.map(({ overrides }) => overrides);

  it('follows no run that had ended before it was there, and each later one once', () => {
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    expect(begun.intents).toEqual([]);
    const due = decide(begun, [second], ended('b', 'a'), name);
    const next = decide(due, [second], ended('c', 'b', 'a'), name);
    expect(follows(next)).toEqual([{ 'after-run': 'nightly/b' }, { 'after-run': 'nightly/c' }]);
    expect(decide(next, [second], ended('c', 'b', 'a'), name)).toBe(next);
  });

  it('follows all that ended while it was suspended with one run when it no longer is, after the latest', () => {
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    expect(decide(begun, [second], { ...ended('c', 'b', 'a'), isSuspended: () => true }, name)).toBe(begun);
    const due = decide(begun, [second], ended('c', 'b', 'a'), name);
    expect(follows(due)).toEqual([{ 'after-run': 'nightly/c' }]);
    expect(decide(due, [second], ended('c', 'b', 'a'), name)).toBe(due);
  });

  it('follows a run again whose follower did nothing, when the job is no longer suspended', () => {
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    const due = decide(begun, [second], ended('b', 'a'), name);
    const missed = withoutIntent(due, due.intents[0]!, 5);
    expect(decide(missed, [second], { ...ended('b', 'a'), isSuspended: () => true }, name)).toBe(missed);
    expect(follows(decide(missed, [second], ended('b', 'a'), name))).toEqual([{ 'after-run': 'nightly/b' }]);
    const served = withoutIntent(due, due.intents[0]!);
    expect(decide(served, [second], ended('b', 'a'), name)).toBe(served);
  });

  it('takes runs that were not looked up for neither ended nor new', () => {
    const unknown = facts(0, { endedWell: () => undefined });
    expect(decide(NEW_STATE, [second], unknown, name)).toBe(NEW_STATE);
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    expect(decide(begun, [second], unknown, name)).toBe(begun);
  });

  it('follows nothing that ended while it did not come after that job', () => {
    const begun = decide(NEW_STATE, [second], ended('a'), name);
    const apart = decide(begun, [{ ...second, after: [] }], ended('b', 'a'), name);
    const again = decide(apart, [second], ended('c', 'b', 'a'), name);
    expect(again.intents).toEqual([]);
    expect(follows(decide(again, [second], ended('d', 'c', 'b', 'a'), name))).toEqual([{ 'after-run': 'nightly/d' }]);
  });

  it('remembers no more of them than it has to', () => {
    let state = decide(NEW_STATE, [second], ended(), name);
    for (let run = 0; run < 300; run++) state = decide(state, [second], ended(`run-${String(run)}`), name);
    expect(state.followed['second']!['nightly']).toHaveLength(MAX_FOLLOWED);
    expect(state.intents).toHaveLength(300);
  });
});

describe('a job that follows backups', () => {
  const pending = (now: number, ...since: number[]) => facts(now, { openSince: () => since });

  it('starts one run when what was written has settled, and none beside it', () => {
    expect(decide(NEW_STATE, [watching], pending(1000), name)).toBe(NEW_STATE);
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
  const pending = (now: number, ...later: number[]) => facts(now, { openSince: () => [0, ...later] });

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

  it('keeps nothing that is new waiting for what failed again and again', () => {
    let state: ServeState = NEW_STATE;
    const began = Date.parse(name('any').startedAt);
    for (let missed = 1; missed <= 6; missed++) {
      const run = { job: 'watching', id: `missed-${String(missed)}`, startedAt: new Date(began).toISOString() };
      state = withoutIntent(state, { run, cause: { kind: 'on-backup' }, overrides: {} }, began + 1000);
    }
    const due = (...since: number[]) => nextDue(state, [watching], pending(began + 2000, ...since));
    expect(due()).toBe(began + 1000 + 32 * 300_000);
    expect(due(began + 500)).toBe(began + 1000 + 300_000);
    expect(due(began + 400_000)).toBe(began + 520_000);
  });

  it('goes on as soon as a clock is set right that was years ahead', () => {
    const [wrong, right] = [80_000 * HOUR, 10 * HOUR];
    const intent = { run: name('watching'), cause: { kind: 'on-backup' }, overrides: {} } as const;
    const missed = withoutIntent(NEW_STATE, intent, wrong);
    expect(nextDue(missed, [watching], pending(right))).toBe(120_000);
    expect(nextDue(NEW_STATE, [watching], facts(right, { openSince: () => [wrong] }))).toBe(right);
  });
});

describe('the state of flotilla serve', () => {
  it('reads back as it was written', () => {
    const begun = decide(NEW_STATE, [nightly, second, watching], facts(0), name);
    const due = decide(begun, [nightly, second, watching], facts(HOUR, { endedWell: () => ['a'], openSince: () => [0] }), name);
    expect(due.intents).toHaveLength(3);
    expect(parseServeState(JSON.stringify(due))).toEqual(due);
  });

  it('is refused when it is another', () => {
    expect(() => parseServeState('{"version":2}')).toThrow();
  });
});
