import type { RunLog } from '../sync/worker.ts';

/** Where a command writes: results on one stream, log and progress on the other. */
export interface Terminal {
  /** A line of the result, for people and pipes. */
  readonly print: (line: string) => void;
  /** A line of the log. */
  readonly note: (line: string) => void;
  /** Replaces the live lines at the bottom; does nothing where nobody looks. */
  readonly live: (lines: readonly string[]) => void;
  readonly isLive: boolean;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function openTerminal(out: Stream, err: Stream): Terminal {
  const isLive = err.isTTY === true;
  let shown: readonly string[] = [];
  const clear = () => (shown.length === 0 ? '' : `\u001b[${String(shown.length)}A\u001b[J`);
  const draw = (text: string, lines: readonly string[]) => {
    err.write(`${clear()}${text}${lines.map((line) => `${line.slice(0, (err.columns ?? 80) - 1)}\n`).join('')}`);
    shown = lines;
  };
  return {
    isLive,
    print: (line) => void out.write(`${line}\n`),
    note: (line) => (isLive ? draw(`${line}\n`, shown) : void err.write(`${line}\n`)),
    live: (lines) => {
      if (isLive) draw('', lines);
    },
  };
}

/** PBS's line form: `[ns/type/id]: ` before what is about one group. */
export function terminalLog({ note }: Pick<Terminal, 'note'>): RunLog {
  const line = (message: string, group: string | undefined) => (group === undefined ? message : `[${group}]: ${message}`);
  return {
    info: (message, group) => note(line(message, group)),
    warn: (message, group) => note(line(message, group)),
  };
}
