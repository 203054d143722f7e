/** PBS's numbers (facts/pbs.md 5): lines of a group that wait for each other, and how long they wait for the next one. */
export const MAX_HELD_LINES = 5;
export const MAX_IDLE_MS = 1000;

/** Runs a task later; what it gives takes that back. */
export type After = (milliseconds: number, task: () => void) => () => void;

/** Keeps the lines of one group together where several groups write at once. Inside a group their order is kept. */
export interface GroupedLog {
  /** A line without a group goes out at once, after all that is held: it would else stand before what happened before it. */
  write(line: string, group?: string): void;
  flush(group: string): void;
  /** Writes all that is held. */
  close(): void;
}

interface Held {
  readonly lines: string[];
  readonly cancel: () => void;
}

/** `direct`: only one group is at work at a time, and nothing is held back. */
export function groupedLog(write: (line: string) => void, after: After, { direct = false } = {}): GroupedLog {
  const held = new Map<string, Held>();
  const flush = (group: string): void => {
    const { lines, cancel } = held.get(group) ?? NOTHING;
    held.delete(group);
    cancel();
    for (const line of lines) write(line);
  };
  const hold = (line: string, group: string): void => {
    const { lines, cancel } = held.get(group) ?? { ...NOTHING, lines: [] };
    cancel();
    lines.push(line);
    held.set(group, { lines, cancel: after(MAX_IDLE_MS, () => flush(group)) });
    if (lines.length > MAX_HELD_LINES) flush(group);
  };
  const flushAll = (): void => {
    for (const group of [...held.keys()]) flush(group);
  };
  return {
    write: (line, group) => {
      if (!direct && group !== undefined) return hold(line, group);
      flushAll();
      write(line);
    },
    flush,
    close: flushAll,
  };
}

const NOTHING: Held = { lines: [], cancel: () => undefined };

/** The process's own timers. */
export const afterTimeout: After = (milliseconds, task) => {
  const timer = setTimeout(task, milliseconds);
  return () => clearTimeout(timer);
};
