import { describe, expect, it } from 'vitest';
import { parseTimeFrame } from '../../lib/calendar/time-frame.ts';
import { decide } from '../../lib/notify/mode.ts';
import { fold } from '../../lib/notify/fold.ts';
import { targetsOf } from '../../lib/notify/match.ts';
import { stateOf } from '../../lib/notify/state.ts';
import type { Matcher, NotifyMode, Target } from '../../lib/notify/target.ts';
import { NOTHING_TOLD, type Told } from '../../lib/notify/told.ts';
import type { FlotillaEvent } from '../../lib/sync/event/event.ts';
import { failure, lagEvent, overdue, refused, runEnd, started, type EndSpec } from '../support/events.ts';

const TARGETS: readonly Target[] = ['ops', 'phone'].map((id) => ({ id, type: 'sns', topic: 'arn', disable: false }));

/** Who is told of each event of a history by these matchers. */
function hear(mode: NotifyMode, matchers: readonly Matcher[], events: readonly FlotillaEvent[]): string[][] {
  let told: Told = NOTHING_TOLD;
  return events.map((event) => {
    const { job, severity, at } = event;
    const targets = targetsOf(
      { targets: TARGETS, matchers },
      { job, severity, at, state: stateOf(event) },
      decide(mode, told, event),
    );
    told = fold(told, event, targets);
    return [...targets];
  });
}

/** What is told of a history where everybody hears all: `told`, `recovered`, `listed` or `-` for each event. */
function play(mode: NotifyMode, events: readonly FlotillaEvent[]): string[] {
  let told: Told = NOTHING_TOLD;
  return events.map((event) => {
    const { who, recoveredFrom, except = [] } = decide(mode, told, event);
    const isTold = who === 'all' && except.length === 0;
    told = fold(told, event, isTold ? ['ops'] : []);
    if (!isTold) return who === 'listed' ? 'listed' : '-';
    return recoveredFrom === undefined ? 'told' : 'recovered';
  });
}

/** Runs of one night after the other. */
function nights(...ends: readonly EndSpec[]): FlotillaEvent[] {
  return ends.map((end, night) => {
    const startedAt = new Date(Date.UTC(2026, 10, night + 1, 22, 30)).toISOString();
    return runEnd({ run: `night-${String(night)}`, startedAt, ...end });
  });
}

const DOWN: EndSpec = { state: 'failed', failure: failure('TransientError', 'SOURCE_UNREACHABLE') };
const BUSY: EndSpec = { state: 'failed', failure: failure('TransientError', 'SOURCE_BUSY') };
const DENIED: EndSpec = { state: 'failed', failure: failure('ConfigError', 'SOURCE_AUTH_REJECTED') };
const NO_BUCKET: EndSpec = { state: 'failed', failure: failure('ConfigError', 'BUCKET_NOT_FOUND') };
const DAMAGED: EndSpec = { state: 'errors', failure: failure('DataError', 'CHUNK_MISSING') };
const WARNINGS: EndSpec = { state: 'warnings' };

describe('notify-mode on-change', () => {
  it('tells the first failure and the recovery, not each of forty failures between', () => {
    const outage = nights({}, ...Array.from({ length: 40 }, () => DOWN), {}, {});
    const told = play('on-change', outage);
    expect(told.filter((one) => one !== '-')).toEqual(['told', 'recovered']);
    expect([told[1], told[41]]).toEqual(['told', 'recovered']);
  });

  it('tells nothing of runs that end well, the first one neither', () => {
    expect(play('on-change', nights({}, {}, {}))).toEqual(['-', '-', '-']);
  });

  it('tells once what else is the matter, where that changes what to do', () => {
    expect(play('on-change', nights(DOWN, BUSY, DENIED, DENIED, NO_BUCKET, DOWN, DENIED, {}))).toEqual([
      'told',
      '-',
      'told',
      '-',
      'told',
      '-',
      '-',
      'recovered',
    ]);
  });

  it('tells when single failures become a failure of the whole run', () => {
    const some: EndSpec = { ...DOWN, state: 'errors' };
    expect(play('on-change', nights(some, some, DOWN, some, {}))).toEqual(['told', '-', 'told', '-', 'recovered']);
  });

  it('tells warnings once, that they became errors, and that all is well', () => {
    expect(play('on-change', nights(WARNINGS, WARNINGS, DAMAGED, DAMAGED, {}))).toEqual(['told', '-', 'told', '-', 'recovered']);
  });

  it('tells that an outage is over though a job ends with warnings each night', () => {
    const outage = nights(WARNINGS, DOWN, DOWN, WARNINGS, WARNINGS, DOWN, {});
    expect(play('on-change', outage)).toEqual(['told', 'told', '-', 'recovered', '-', 'told', 'recovered']);
  });

  it('takes neither a stopped run, nor a plan, for the end of an outage', () => {
    const between = nights(DOWN, { state: 'stopped' }, { dryRun: true }, DOWN, {});
    expect(play('on-change', between)).toEqual(['told', '-', '-', '-', 'recovered']);
  });

  it('takes no run for the end of an outage after which snapshots are missing still, one of few groups for example', () => {
    const narrow: EndSpec = { lag: { state: 'behind', seconds: 100_000, missing: 1, groups: 1 } };
    const partly: EndSpec = { ...narrow, state: 'warnings' };
    expect(play('on-change', nights(DAMAGED, narrow, DAMAGED, narrow, {}))).toEqual(['told', '-', '-', '-', 'recovered']);
    expect(play('on-change', nights(WARNINGS, DAMAGED, partly, {}))).toEqual(['told', 'told', '-', 'recovered']);
    expect(play('on-change', nights(narrow, {}))).toEqual(['-', '-']);
  });

  it('tells once that a run was skipped for another one, so that one that is stuck for weeks is heard of', () => {
    const skipped: EndSpec = { state: 'skipped' };
    expect(play('on-change', nights({}, skipped, skipped, skipped, {}))).toEqual(['-', 'told', '-', '-', 'recovered']);
    expect(play('error', nights({}, skipped, skipped, skipped, {}))).toEqual(['-', 'told', '-', '-', '-']);
    expect(play('on-change', nights(DOWN, skipped, { ...skipped, severity: 'info' }))).toEqual(['told', 'told', 'listed']);
  });

  it('tells again what was not seen for more than a week, though all was never well between', () => {
    const silence = Array.from({ length: 150 }, () => WARNINGS);
    expect(play('on-change', nights(DOWN, ...silence, DOWN)).slice(-1)).toEqual(['told']);
    const errors = Array.from({ length: 150 }, () => DAMAGED);
    expect(play('on-change', nights(DOWN, ...errors, DOWN, DOWN)).slice(-2)).toEqual(['told', '-']);
    const weekly = nights(DOWN, ...Array.from({ length: 6 }, () => DAMAGED), DOWN);
    expect(play('on-change', weekly).slice(-1)).toEqual(['-']);
  });

  it('is not silenced by a clock that was ten years ahead', () => {
    const [wrong, ...right] = nights(DOWN, DOWN, DOWN);
    const ahead = { ...wrong!, at: '2036-11-01T22:40:00.000Z' };
    expect(play('on-change', [ahead, ...right])).toEqual(['told', 'told', '-']);
  });

  it('tells once that no run came, and that one has come', () => {
    const events = [overdue('2026-11-01T22:30:00Z'), overdue('2026-11-02T22:30:00Z'), ...nights({})];
    expect(play('on-change', events)).toEqual(['told', '-', 'recovered']);
  });

  it('tells once that removing was refused, for as long as runs end so', () => {
    const bad: EndSpec = { state: 'errors', failure: failure('ConfigError', 'REMOVAL_REFUSED') };
    const [first, second, well, third] = nights(bad, bad, {}, bad);
    const events = [first!, refused('a'), second!, refused('b'), well!, third!, refused('c')];
    expect(play('on-change', events)).toEqual(['told', 'told', '-', '-', 'recovered', 'told', 'told']);
  });

  it('tells the lag by itself, unless the message about the same run said it', () => {
    const [first, second, last] = nights(DOWN, DOWN, {});
    const events = [
      first!,
      lagEvent('raised', 'night-0'),
      second!,
      { ...lagEvent('raised', 'night-1'), id: 'raised again' },
      last!,
      lagEvent('cleared', 'night-2'),
    ];
    expect(play('on-change', events)).toEqual(['told', '-', '-', 'told', 'recovered', '-']);
  });

  it('leaves beginnings to those who ask for them by name', () => {
    expect(play('on-change', [started()])).toEqual(['listed']);
    expect(play('always', [started(), runEnd({ state: 'skipped', severity: 'info' })])).toEqual(['listed', 'listed']);
  });

  it('counts an event that comes again once', () => {
    const [first, second] = nights(DOWN, {});
    expect(play('on-change', [first!, first!, second!, second!])).toEqual(['told', '-', 'recovered', '-']);
  });
});

describe('an outage that some targets hear nothing of at first', () => {
  const frame = parseTimeFrame('mon..fri 0-24');
  if ('problem' in frame) throw new Error(frame.problem);
  const rules = { timezone: 'UTC', mode: 'all', invertMatch: false, disable: false } as const;
  const always: Matcher = { ...rules, id: 'always', target: ['ops'] };
  const office: Matcher = { ...rules, id: 'office', matchCalendar: [frame], matchSeverity: ['error'], target: ['phone'] };
  /** 2026-11-01 is a Sunday. */
  const week = nights(DOWN, DOWN, DOWN, {}, {});

  it('is told to them as soon as their hours begin, and to nobody twice', () => {
    expect(hear('on-change', [always, office], week)).toEqual([['ops'], ['phone'], [], ['ops', 'phone'], []]);
  });

  it('is over for whom it began for, outside of their hours too, and for nobody else', () => {
    const saturdays = { ...office, matchSeverity: ['error'] as const };
    const [, monday, , , , , sunday] = nights({}, DOWN, DOWN, DOWN, DOWN, DOWN, DOWN);
    const [over] = nights({});
    const later = { ...over!, id: 'over', at: '2026-11-08T23:00:00.000Z' };
    expect(hear('on-change', [saturdays], [monday!, sunday!, later])).toEqual([['phone'], [], ['phone']]);
    expect(hear('on-change', [saturdays], [sunday!, later])).toEqual([[], []]);
  });

  it('is told when a mode other than never is chosen', () => {
    const quiet = week.slice(0, 2).reduce((told, event) => fold(told, event, []), NOTHING_TOLD);
    expect(decide('on-change', quiet, week[2]!)).toMatchObject({ who: 'all', except: [] });
  });

  it('is over for lag as well: who heard that it was raised hears that it was cleared', () => {
    const lagging = { ...office, matchSeverity: ['warning'] as const };
    const cleared = { ...lagEvent('cleared'), at: '2026-11-28T12:00:00.000Z' };
    const raised = { ...lagEvent('raised'), at: '2026-11-23T12:00:00.000Z' };
    expect(hear('on-change', [lagging], [raised, cleared, { ...cleared, id: 'again' }])).toEqual([['phone'], ['phone'], []]);
  });
});

describe('the other modes', () => {
  const history = [
    ...nights({}, DOWN, DOWN, WARNINGS, {}),
    lagEvent('raised'),
    lagEvent('cleared'),
    refused('x'),
    overdue('2026-12-01T00:00:00Z'),
  ];

  it('always: tells the end of each run and all that happens', () => {
    expect(play('always', history)).toEqual(['told', 'told', 'told', 'recovered', 'recovered', 'told', 'told', 'told', 'told']);
  });

  it('error: tells each failure, and what else keeps the copy from being good', () => {
    expect(play('error', history)).toEqual(['-', 'told', 'told', '-', '-', 'told', '-', 'told', 'told']);
  });

  it('never: tells nothing', () => {
    expect(new Set(play('never', [...history, started()]))).toEqual(new Set(['-']));
  });
});

describe('what is kept of a job', () => {
  it('stays small over a year of trouble', () => {
    const year = nights(
      ...Array.from({ length: 365 }, (_, n) => ({ ...DENIED, failure: failure('ConfigError', `CODE_${String(n)}`) })),
    );
    const told = year.reduce((before, event) => fold(before, event, ['ops']), NOTHING_TOLD);
    expect(told.trouble).toMatchObject({ since: '2026-11-01T22:30:00.000Z', runs: 365 });
    expect(JSON.stringify(told).length).toBeLessThan(10_000);
  });
});
