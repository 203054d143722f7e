import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTimeFrame } from '../../lib/calendar/time-frame.ts';
import { parseJobPattern } from '../../lib/notify/job-pattern.ts';
import { matches, targetsOf, type Matchable } from '../../lib/notify/match.ts';
import { NOTICE_STATES } from '../../lib/notify/state.ts';
import type { Matcher, Target } from '../../lib/notify/target.ts';
import { SEVERITIES } from '../../lib/sync/event/event.ts';

const FRIDAY_NIGHT = '2026-11-20T22:40:00Z';
const NOTICE: Matchable = { job: 'daily-offsite', severity: 'error', state: 'failed', at: FRIDAY_NIGHT };

function matcher(rules: Partial<Matcher> = {}): Matcher {
  return { id: 'm', timezone: 'UTC', mode: 'all', invertMatch: false, target: ['ops'], disable: false, ...rules };
}

function target(id: string, disable = false): Target {
  return { id, type: 'sns', topic: 'arn', disable };
}

function pattern(text: string) {
  const parsed = parseJobPattern(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function frame(text: string) {
  const parsed = parseTimeFrame(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

describe('a matcher', () => {
  it.each<[string, Partial<Matcher>, boolean]>([
    ['without rules', {}, true],
    ['without rules, inverted', { invertMatch: true }, true],
    ['that is disabled', { disable: true }, false],
    ['of its severity', { matchSeverity: ['warning', 'error'] }, true],
    ['of another severity', { matchSeverity: ['info'] }, false],
    ['of another severity, inverted', { matchSeverity: ['info'], invertMatch: true }, true],
    ['of its job by name', { matchJob: [pattern('daily-offsite')] }, true],
    ['of a part of its name', { matchJob: [pattern('daily')] }, false],
    ['of its job by a regular expression', { matchJob: [pattern('other'), pattern('regex:off')] }, true],
    ['of its time', { matchCalendar: [frame('fri 22-6')] }, true],
    ['of another time', { matchCalendar: [frame('mon..fri 8-18')] }, false],
    ['of its time in its zone, where it is Saturday', { matchCalendar: [frame('sat 0-12')], timezone: 'Asia/Tokyo' }, true],
    ['all rules, one of which does not match', { matchSeverity: ['error'], matchState: ['ok'] }, false],
    ['any rule, one of which matches', { matchSeverity: ['error'], matchState: ['ok'], mode: 'any' }, true],
    ['none of two rules', { matchSeverity: ['info'], matchState: ['ok'], mode: 'any', invertMatch: true }, true],
  ])('%s', (_, rules, expected) => {
    expect(matches(matcher(rules), NOTICE)).toBe(expected);
  });

  it('is what proxmox-notify makes of it, for any rules', () => {
    const some = <T>(values: readonly T[]) => fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
    const any = fc.record({
      ...{ severities: some(SEVERITIES), states: some(NOTICE_STATES), jobs: some(['aaa', 'bbb', 'ccc']) },
      ...{ mode: fc.constantFrom('all' as const, 'any' as const), invertMatch: fc.boolean(), disable: fc.boolean() },
      ...{
        severity: fc.constantFrom(...SEVERITIES),
        state: fc.constantFrom(...NOTICE_STATES),
        job: fc.constantFrom('aaa', 'bbb'),
      },
    });
    const check = fc.property(any, ({ severities, states, jobs, severity, state, job, ...rules }) => {
      const made = matcher({
        ...rules,
        ...(severities && { matchSeverity: severities }),
        ...(states && { matchState: states }),
        ...(jobs && { matchJob: jobs.map(pattern) }),
      });
      const notice = { ...NOTICE, severity, state, job };
      expect(matches(made, notice)).toBe(
        asProxmoxDoes(rules, [
          [severities, severity],
          [states, state],
          [jobs, job],
        ]),
      );
    });
    fc.assert(check, { numRuns: 500 });
  });
});

/** proxmox-notify/src/matcher.rs, line by line: it folds from the neutral element of its mode. */
function asProxmoxDoes(
  { mode, invertMatch, disable }: Pick<Matcher, 'mode' | 'invertMatch' | 'disable'>,
  rules: readonly (readonly [readonly string[] | undefined, string])[],
): boolean {
  if (disable) return false;
  let isMatch = mode === 'all';
  let noMatchers = true;
  for (const [wanted, value] of rules) {
    if (wanted === undefined) continue;
    noMatchers = false;
    const found = wanted.indexOf(value) >= 0;
    isMatch = mode === 'all' ? isMatch && found : isMatch || found;
  }
  return isMatch !== invertMatch || noMatchers;
}

describe('the targets of a notice', () => {
  const targets = [target('ops'), target('mail'), target('off', true)];

  it('are all of them where there is no matcher, but for those that are disabled', () => {
    expect(targetsOf({ targets, matchers: [] }, NOTICE, { who: 'all' })).toEqual(['ops', 'mail']);
    expect(targetsOf({ targets, matchers: [] }, NOTICE, { who: 'listed' })).toEqual([]);
    expect(targetsOf({ targets, matchers: [] }, NOTICE, { who: 'none' })).toEqual([]);
  });

  it('get it once, whichever matchers name them', () => {
    const matchers = [matcher({ target: ['mail', 'ops'] }), matcher({ target: ['mail', 'off'] })];
    expect(targetsOf({ targets, matchers }, NOTICE, { who: 'all' })).toEqual(['ops', 'mail']);
  });

  it('are none of those that know already', () => {
    expect(targetsOf({ targets, matchers: [] }, NOTICE, { who: 'all', except: ['ops'] })).toEqual(['mail']);
  });

  it('hear of a beginning only where a matcher names its state', () => {
    const start = { ...NOTICE, state: 'running', severity: 'info' } as const;
    const matchers = [matcher({ target: ['ops'] }), matcher({ target: ['mail'], matchState: ['running'] })];
    expect(targetsOf({ targets, matchers }, start, { who: 'listed' })).toEqual(['mail']);
  });

  it('hear of the end of what they heard of, whatever its severity, as long as they are there', () => {
    const matchers = [matcher({ matchSeverity: ['error'] })];
    const recovery = { ...NOTICE, state: 'ok', severity: 'info' } as const;
    expect(targetsOf({ targets, matchers }, recovery, { who: 'all' })).toEqual([]);
    expect(targetsOf({ targets, matchers }, recovery, { who: 'all', also: ['ops', 'off', 'gone'] })).toEqual(['ops']);
    expect(targetsOf({ targets, matchers }, recovery, { who: 'none', also: ['ops'] })).toEqual([]);
  });
});
