import { describe, expect, it } from 'vitest';
import { composeMessage } from '../../lib/notify/message.ts';
import type { Lag } from '../../lib/sync/report/lag.ts';
import { failure, lagEvent, overdue, refused, runEnd, started } from '../support/events.ts';

const BEHIND: Lag = { state: 'behind', seconds: 183_600, missing: 6, groups: 2, since: '2026-11-18T20:00:00Z' };
const BLIND: Lag = { state: 'unknown', seconds: 90_000, missing: 0, groups: 0, asOf: '2026-11-19T22:31:00Z' };

describe('a message', () => {
  it('about a failure says which copy, what state and how far behind, then why, what to do and where to look', () => {
    const event = runEnd({ state: 'failed', failure: failure('TransientError', 'SOURCE_UNREACHABLE'), lag: BLIND });
    const { title, text } = composeMessage(event, { link: 'https://backup.example.com/runs/daily-offsite/run-1' });
    expect(title).toBe('daily-offsite failed: the copy is 1 d 1 h behind at most');
    expect(text.split('\n')).toEqual([
      'SOURCE_UNREACHABLE: it did not work',
      'The source was last seen at 2026-11-19 22:31 UTC: what was backed up since then is not on the copy.',
      expect.stringMatching(/^What to do: The next run tries again by itself/),
      'Run run-1 of 2026-11-20 22:30 UTC, took 10 min 0 s',
      'https://backup.example.com/runs/daily-offsite/run-1',
    ]);
  });

  it('about a recovery says for how long it was broken, how many runs failed, and that it is caught up', () => {
    const trouble = { since: '2026-11-17T22:30:00.000Z', runs: 3, targets: [], natures: [] };
    const { title, text } = composeMessage(runEnd(), { recoveredFrom: trouble });
    expect(title).toBe('daily-offsite is well again after 3 d: the copy is up to date');
    expect(text.split('\n')).toEqual([
      'Broken since 2026-11-17 22:30 UTC, for 3 d: 3 runs ended badly; all that was missed is copied now.',
      '3 snapshots copied, 4.77 MiB written',
      'Run run-1 of 2026-11-20 22:30 UTC, took 10 min 0 s',
    ]);
  });

  it('about a recovery after which something may still be missing says what is known, once', () => {
    const natures = [{ name: 'skipped', state: 'skipped' as const, lastSeenAt: '2026-11-18T22:30:00Z', targets: [] }];
    const trouble = { since: '2026-11-17T22:30:00.000Z', runs: 1, targets: [], natures };
    const { title, text } = composeMessage(runEnd({ lag: BLIND, state: 'warnings' }), { recoveredFrom: trouble });
    expect(title).toBe('daily-offsite is done again after 3 d, with warnings: the copy is 1 d 1 h behind at most');
    expect(text.split('\n').slice(0, 2)).toEqual([
      'Broken since 2026-11-17 22:30 UTC, for 3 d: 1 run ended badly, runs were skipped.',
      'The source was last seen at 2026-11-19 22:31 UTC: what was backed up since then is not on the copy.',
    ]);
  });

  it('about lag says what is missing and what to do, and nothing that its title says', () => {
    const event = { ...lagEvent('raised'), lag: BEHIND, maxLagSeconds: 129_600 } as ReturnType<typeof lagEvent>;
    const { title, text } = composeMessage(event, {});
    expect(title).toBe('daily-offsite: the copy is 2 d 3 h behind, more than max-lag allows (1 d 12 h)');
    expect(text.split('\n')).toEqual([
      'Not on the copy: 6 snapshots of 2 groups, the oldest of them from 2026-11-18 20:00 UTC.',
      'What to do: look at the last runs of the job.',
    ]);
  });

  it.each([
    [runEnd(), 'daily-offsite is done: the copy is up to date'],
    [runEnd({ state: 'warnings', lag: BEHIND }), 'daily-offsite is done with warnings: the copy is 2 d 3 h behind'],
    [runEnd({ state: 'skipped' }), 'daily-offsite was skipped'],
    [runEnd({ dryRun: true }), 'daily-offsite dry run: is done'],
    [
      runEnd({ state: 'failed', lag: { state: 'unknown', missing: 0, groups: 0 } }),
      'daily-offsite failed: nobody knows how far the copy is behind',
    ],
    [started(), 'daily-offsite started'],
    [
      runEnd({ lag: { state: 'unknown', seconds: 90_000, missing: 2, groups: 1, since: '2026-11-18T20:00:00Z' } }),
      'daily-offsite is done: the copy is 1 d 1 h behind at least',
    ],
    [lagEvent('raised'), 'daily-offsite: the copy is 1 d 3 h behind, more than max-lag allows (1 d)'],
    [lagEvent('cleared'), 'daily-offsite is no longer behind more than max-lag allows'],
    [refused('a'), 'daily-offsite: removing from the copy was refused'],
    [overdue('2026-11-20T22:30:00Z'), 'daily-offsite did not run: it was due at 2026-11-20 22:30 UTC'],
  ])('%#: has a title that says it all', (event, title) => {
    expect(composeMessage(event, {}).title).toBe(title);
  });

  it('is short, and its title fits into the subject of a mail', () => {
    const long = { kind: 'DataError', code: 'CHUNK_MISSING', message: 'x'.repeat(400) };
    const { title, text } = composeMessage(runEnd({ job: 'a'.repeat(32), state: 'errors', failure: long, lag: BEHIND }), {});
    expect(title.length).toBeLessThanOrEqual(100);
    expect(text.split('\n').length).toBeLessThanOrEqual(8);
  });

  it('has fields for templates, all of them for any event', () => {
    const names = (event: Parameters<typeof composeMessage>[0]) => Object.keys(composeMessage(event, {}).fields).sort();
    expect(names(started())).toEqual(names(runEnd()));
    expect(composeMessage(runEnd({ lag: BEHIND }), {}).fields).toMatchObject({
      'job-id': 'daily-offsite',
      'lag-seconds': '183600',
      state: 'ok',
    });
  });
});
