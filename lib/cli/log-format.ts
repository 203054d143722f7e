import { iso } from '../sync/iso.ts';
import { placePrefix } from '../sync/log-lines.ts';
import type { LogPlace } from '../sync/worker.ts';
import { oneLine } from './one-line.ts';

export const LOG_FORMATS = ['text', 'json'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** One line of a log before it has its form. `fields` name the run. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly at?: LogPlace;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly fields: Readonly<Record<string, string>>;
}

/** How lines look: on a terminal coloured, if the person wants it, elsewhere with their time. */
export interface LineStyle {
  readonly format: LogFormat;
  readonly colour: boolean;
  readonly timestamps: boolean;
  /** Whether a line for people says of which job it is. */
  readonly jobs?: boolean;
}

export function formatEntry(entry: LogEntry, style: LineStyle): string {
  return style.format === 'json' ? formatJson(entry) : formatText(entry, style);
}

/** The fields that the lines of a Lambda have (Powertools logger, which leaves out what is empty), so that one query reads both. */
function formatJson({ level, message, at, time, fields }: LogEntry): string {
  const { namespace, ...place } = at ?? {};
  const named = namespace === undefined || namespace === '' ? place : { namespace, ...place };
  return JSON.stringify({ level: level.toUpperCase(), timestamp: iso(time), message, ...fields, ...named });
}

const COLOURS = { info: '', warn: '\u001b[33m', error: '\u001b[31m' } as const;
const DIM = '\u001b[2m';
const PLAIN = '\u001b[0m';

function formatText({ level, message, at, time, fields }: LogEntry, { colour, timestamps, jobs }: LineStyle): string {
  const job = jobs === true && fields['job'] !== undefined ? `${fields['job']}: ` : '';
  const [prefix, text] = [oneLine(`${job}${placePrefix(at)}`), oneLine(message)];
  if (colour) return `${paint(prefix, DIM)}${paint(text, COLOURS[level])}`;
  return `${timestamps ? `${iso(time)} ` : ''}${prefix}${LEVELS[level]}${text}`;
}

/** Where there are no colours a word says it. */
const LEVELS = { info: '', warn: 'WARN: ', error: 'ERROR: ' } as const;

function paint(text: string, colour: string): string {
  return text === '' || colour === '' ? text : `${colour}${text}${PLAIN}`;
}
