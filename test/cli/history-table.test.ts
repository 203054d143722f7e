import { expect, it } from 'vitest';
import { historyTable } from '../../lib/cli/status/history-table.ts';

const HOUR = 3600;

it.each([
  ['-', { missing: 0, lagSeconds: 0 }],
  ['up to 3 d', { missing: 0, lagSeconds: 72 * HOUR }],
  ['14 h', { missing: 3, lagSeconds: 14 * HOUR }],
  ['2 missing', { missing: 2, lagSeconds: 0 }],
  ['unknown', { missing: 0 }],
  ['unknown', { missing: 2 }],
])('a run that could not see the source never says that nothing was missing: %s', (text, lag) => {
  const counts = { seconds: 1, copied: 0, updated: 0, failed: 0, removed: 0, bytes: 0, chunks: 0 };
  const summary = { ...counts, groupsOk: 0, groupsErrors: 0, groupsUnfinished: 0, failureCount: 0, ...lag };
  const at = '2026-11-21T22:00:00.000Z';
  const [, line = ''] = historyTable([{ job: 'daily', id: 'a', startedAt: at, endedAt: at, state: 'failed', summary }]);
  expect(line.trim().split(/ {2,}/)[6]).toBe(text);
});
