import { expect, it } from 'vitest';
import { describeTrigger } from '../../lib/sync/describe-trigger.ts';

const scheduledTime = '2026-11-21T22:30:00Z';

it.each([
  [{ scheduledTime, schedule: 'nightly' }, 'for 2026-11-21T22:30:00Z of schedule nightly'],
  [{ scheduledTime }, 'for 2026-11-21T22:30:00Z'],
  [{ afterRun: 'daily/r1' }, 'after run daily/r1'],
  [{ pendingOnly: true }, 'for what was backed up'],
  [{}, undefined],
])('says what started a run: %o', (trigger, text) => {
  expect(describeTrigger({ job: 'offsite', id: 'r1', startedAt: '2026-11-21T22:30:04.000Z', ...trigger })).toBe(text);
});
