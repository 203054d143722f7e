import type { RunState } from '../report.ts';

/** How a page shows the state of a run: by a word, a sign and a colour, never by the colour alone. */
export interface StateWords {
  readonly word: string;
  readonly sign: string;
  readonly tone: 'good' | 'warn' | 'bad' | 'idle';
}

export const STATES: Readonly<Record<RunState, StateWords>> = {
  ok: { word: 'Done', sign: '✓', tone: 'good' },
  warnings: { word: 'Done with warnings', sign: '!', tone: 'warn' },
  errors: { word: 'Done with errors', sign: '!', tone: 'warn' },
  failed: { word: 'Failed', sign: '✕', tone: 'bad' },
  stopped: { word: 'Stopped', sign: '■', tone: 'idle' },
  skipped: { word: 'Skipped', sign: '–', tone: 'idle' },
  running: { word: 'At work', sign: '…', tone: 'idle' },
  waiting: { word: 'Waiting', sign: '…', tone: 'idle' },
};
