import { formatEntry, type LineStyle, type LogEntry, type LogFormat } from './log-format.ts';

/** Where a command writes: results on one stream, log and progress on the other. */
export interface Terminal {
  /** A line of the result, for people and pipes. */
  readonly print: (line: string) => void;
  /** What the command itself has to say beside its result; one entry of the log where that is JSON. */
  readonly note: (text: string, level?: LogEntry['level']) => void;
  /** A line of the log as it is. */
  readonly log: (line: string) => void;
  /** Replaces the live lines at the bottom; does nothing where nobody looks. */
  readonly live: (lines: readonly string[]) => void;
  readonly isLive: boolean;
  /** How lines of the log look here. */
  readonly style: LineStyle;
  /** Where results are seen; undefined where they go to a pipe or a file. */
  readonly screen: Screen | undefined;
  /** The form of the log from here on. */
  readonly setLogFormat: (format: LogFormat) => void;
}

export interface Screen {
  readonly columns: number;
  readonly colour: boolean;
  /** Shows as many of these lines as there is room for, in the place of all that is seen. */
  readonly draw: (lines: readonly string[]) => void;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string): unknown;
}

export interface TerminalOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

export function openTerminal(out: Stream, err: Stream, { environment = {}, now = () => 0 }: TerminalOptions = {}): Terminal {
  const isTTY = err.isTTY === true;
  // https://no-color.org: set and not empty, whatever it says.
  const noColour = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  let format: LogFormat = 'text';
  let shown: readonly string[] = [];
  const clear = () => (shown.length === 0 ? '' : `\u001b[${String(shown.length)}A\u001b[J`);
  const draw = (text: string, lines: readonly string[]) => {
    err.write(`${clear()}${text}${lines.map((line) => `${line.slice(0, (err.columns ?? 80) - 1)}\n`).join('')}`);
    shown = lines;
  };
  const isLive = () => isTTY && format === 'text';
  const log = (line: string) => (isLive() ? draw(`${line}\n`, shown) : void err.write(`${line}\n`));
  const style = (): LineStyle => ({ format, colour: isLive() && !noColour, timestamps: !isTTY });
  return {
    ...{ print: (line) => void out.write(`${line}\n`), log, screen: screenOf(out, !noColour) },
    note: (message, level = 'info') =>
      log(format === 'json' ? formatEntry({ level, message, time: now(), fields: {} }, style()) : message),
    live: (lines) => {
      if (isLive()) draw('', lines);
    },
    setLogFormat: (wanted) => void (format = wanted),
    get isLive() {
      return isLive();
    },
    get style() {
      return style();
    },
  };
}

function screenOf(out: Stream, colour: boolean): Screen | undefined {
  if (out.isTTY !== true) return undefined;
  return {
    ...{ colour, columns: out.columns ?? 80 },
    draw: (lines) => {
      const seen = lines.slice(0, (out.rows ?? 24) - 1);
      out.write(`\u001b[H\u001b[J${seen.map((line) => `${line}\n`).join('')}`);
    },
  };
}
