import type { After } from '../../lib/cli/grouped-log.ts';

export interface FakeTimers {
  readonly after: After;
  readonly now: () => number;
  advance(milliseconds: number): void;
}

/** A clock that moves when it is told to, and what waits for it. */
export function fakeTimers(): FakeTimers {
  let time = 0;
  const waiting = new Set<{ readonly at: number; readonly task: () => void }>();
  return {
    now: () => time,
    after: (milliseconds, task) => {
      const entry = { at: time + milliseconds, task };
      waiting.add(entry);
      return () => void waiting.delete(entry);
    },
    advance: (milliseconds) => {
      time += milliseconds;
      for (const entry of [...waiting].filter(({ at }) => at <= time)) {
        waiting.delete(entry);
        entry.task();
      }
    },
  };
}
