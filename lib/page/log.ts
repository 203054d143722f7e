import { html, type Html } from '../html/html.ts';

/** One line of a run's log; numbers rise from line to line. */
export interface LogLine {
  readonly number: number;
  readonly level: 'info' | 'warn' | 'error';
  /** Epoch milliseconds. */
  readonly time: number;
  readonly text: string;
}

/** A level that asks for attention is said in a word as well. */
const LEVELS = { info: '', warn: 'WARN: ', error: 'ERROR: ' } as const;

export function logLines(lines: readonly LogLine[]): readonly Html[] {
  return lines.map(({ level, time, text }) => {
    const said = html`<time>${new Date(time).toISOString().slice(11, 19)}</time> ${LEVELS[level]}${text}`;
    return level === 'info' ? html`<li>${said}</li>` : html`<li class="${level}">${said}</li>`;
  });
}
