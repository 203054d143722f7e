import { describe, expect, it } from 'vitest';
import { keptLogs, MAX_LINES } from '../../lib/cli/serve/kept-logs.ts';

const entry = (run: string, message: string) =>
  ({ level: 'info', message, time: 0, fields: { job: 'nightly', run }, at: { namespace: '', group: 'vm/100' } }) as const;

describe('the logs that a service keeps to be looked at', () => {
  it('hold the last lines of a run, numbered, and give those after a line', () => {
    const logs = keptLogs();
    for (let line = 1; line <= 3 * MAX_LINES + 7; line++) logs.keep(entry('a', `line ${String(line)}`));
    const lines = logs.lines({ job: 'nightly', id: 'a' }, 0) ?? [];
    expect([lines.length, lines.at(-1)?.number]).toEqual([MAX_LINES, 3 * MAX_LINES + 7]);
    expect(lines.at(-1)?.text).toBe(`[vm/100]: line ${String(3 * MAX_LINES + 7)}`);
    expect(logs.lines({ job: 'nightly', id: 'a' }, 3 * MAX_LINES + 5)).toHaveLength(2);
  });

  it('go on after an end of their process, also for a page that has more lines than there are yet', () => {
    const before = keptLogs();
    for (let line = 1; line <= 500; line++) before.keep({ ...entry('a', 'x'), time: 1000 });
    const last = before.lines({ job: 'nightly', id: 'a' }, 0)?.at(-1)?.number ?? 0;
    const linesAfter = (time: number): number | undefined => {
      const logs = keptLogs();
      for (let line = 1; line <= 800; line++) logs.keep({ ...entry('a', 'y'), time: time + line });
      return logs.lines({ job: 'nightly', id: 'a' }, last)?.length;
    };
    expect([linesAfter(60_000), linesAfter(0)]).toEqual([800, 800]);
  });

  it('know nothing of a run of another process, and forget the runs that were silent for longest', () => {
    const logs = keptLogs();
    logs.keep(entry('first', 'x'));
    logs.keep({ ...entry('none', 'x'), fields: {} });
    for (let run = 0; run < 49; run++) logs.keep(entry(`run-${String(run)}`, 'x'));
    logs.keep(entry('first', 'y'));
    logs.keep(entry('one more', 'x'));
    expect(logs.lines({ job: 'nightly', id: 'first' }, 0)).toHaveLength(2);
    expect(logs.lines({ job: 'nightly', id: 'run-0' }, 0)).toBeUndefined();
    expect(logs.lines({ job: 'other', id: 'first' }, 0)).toBeUndefined();
  });
});
