import { placePrefix } from '../sync/log-lines.ts';
import type { LogPlace, RunLog } from '../sync/worker.ts';
import { groupedLog, type After } from './grouped-log.ts';
import type { LogEntry } from './log-format.ts';

export interface RunLogOptions {
  /** Gives a line its form. */
  readonly format: (entry: LogEntry) => string;
  readonly write: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly after: After;
  /** Whether lines go out in the order in which things happen, rather than group by group. */
  readonly direct: boolean;
  /** Is handed each entry as it is told. */
  readonly keep?: (entry: LogEntry) => void;
}

/** One log for all workers of a run in this process. A line has the time at which it was told, also when it was held back. */
export interface RunLogs {
  readonly open: (fields: Readonly<Record<string, string>>) => RunLog;
  /** Writes what is held back. */
  close(): void;
}

export function runLogs({ format, write, now, after, direct, keep }: RunLogOptions): RunLogs {
  const grouped = groupedLog(write, after, { direct });
  const group = (at: LogPlace | undefined) => (at === undefined ? undefined : placePrefix(at));
  return {
    open: (fields) => {
      const tell = (level: LogEntry['level']) => (message: string, at?: LogPlace) => {
        const entry: LogEntry = { level, message, time: now(), fields, ...(at !== undefined && { at }) };
        keep?.(entry);
        grouped.write(format(entry), group(at));
      };
      return { info: tell('info'), warn: tell('warn'), error: tell('error'), flush: (at) => grouped.flush(placePrefix(at)) };
    },
    close: () => grouped.close(),
  };
}
