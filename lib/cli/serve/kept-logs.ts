import type { LogLine } from '../../page/log.ts';
import { placePrefix } from '../../sync/log-lines.ts';
import type { LogEntry } from '../log-format.ts';
import { oneLine } from '../one-line.ts';

/** Lines that are kept of one run, the last ones. */
export const MAX_LINES = 1000;
/** Runs whose logs are kept: a few megabytes in all. */
const MAX_RUNS = 50;

/** The logs of the runs of this process, as far as they are kept to be looked at. */
export interface KeptLogs {
  keep(entry: LogEntry): void;
  /** The lines of a run after the line `after`; undefined: none is known here. */
  lines(run: { readonly job: string; readonly id: string }, after: number): readonly LogLine[] | undefined;
}

export function keptLogs(): KeptLogs {
  const byRun = new Map<string, { last: number; lines: LogLine[] }>();
  const logOf = (key: string) => {
    const log = byRun.get(key) ?? { last: 0, lines: [] };
    // The one that was written last is dropped last.
    byRun.delete(key);
    byRun.set(key, log);
    const [oldest] = byRun.keys();
    if (byRun.size > MAX_RUNS && oldest !== undefined) byRun.delete(oldest);
    return log;
  };
  return {
    keep: ({ fields, level, time, message, at }) => {
      const { job, run } = fields;
      if (job === undefined || run === undefined) return;
      const log = logOf(`${job}/${run}`);
      // Numbers rise beyond the end of a process too: a page that is open meanwhile asks for what it has not seen.
      log.last = Math.max(log.last + 1, time);
      log.lines.push({ number: log.last, level, time, text: oneLine(`${placePrefix(at)}${message}`) });
      // Cut now and then, not at every line.
      if (log.lines.length > 2 * MAX_LINES) log.lines = log.lines.slice(-MAX_LINES);
    },
    lines: ({ job, id }, after) => {
      const log = byRun.get(`${job}/${id}`);
      // Whose clock was set back since an earlier process has lines of numbers that it never gave.
      return log?.lines.slice(-MAX_LINES).filter(({ number }) => number > after || after > log.last);
    },
  };
}
