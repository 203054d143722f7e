import { describe, expect, it } from 'vitest';
import { decide } from '../../lib/notify/mode.ts';
import { fold, NOTHING_TOLD, type Told } from '../../lib/notify/told.ts';
import type { NotifyMode } from '../../lib/notify/target.ts';
import type { FlotillaEvent } from '../../lib/sync/event/event.ts';
import { failure, lagEvent, overdue, refused, runEnd, started, type EndSpec } from '../support/events.ts';

/** What is told of a history: `told`, `recovered`, `listed` or `-` for each event. */
function play(mode: NotifyMode, events: readonly FlotillaEvent[]): string[] {
  let told: Told = NOTHING_TOLD;
  return events.map((event) => {
    const { audience, recoveredFrom, except } = decide(mode, told, event);
    const isTold = audience === 'all' && except.length === 0;
    told = fold(told, event, isTold ? ['ops'] : []);
    if (!isTold) return audience === 'listed' ? 'listed' : '-';
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
    expect(play('on-change', nights(WARNINGS, WARNINGS, DAMAGED, WARNINGS, {}))).toEqual(['told', '-', 'told', '-', 'recovered']);
  });

  it('takes neither a stopped nor a skipped run, nor a plan, for the end of an outage', () => {
    const between = nights(DOWN, { state: 'stopped' }, { state: 'skipped' }, { dryRun: true }, DOWN, {});
    expect(play('on-change', between)).toEqual(['told', '-', '-', '-', '-', 'recovered']);
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
      lagEvent('raised', 'night-1'),
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

describe('the other modes', () => {
  const history = [
    ...nights({}, DOWN, DOWN, WARNINGS, {}),
    lagEvent('raised'),
    lagEvent('cleared'),
    refused('x'),
    overdue('2026-12-01T00:00:00Z'),
  ];

  it('always: tells the end of each run and all that happens', () => {
    expect(play('always', history)).toEqual(['told', 'told', 'told', 'told', 'recovered', 'told', 'told', 'told', 'told']);
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
