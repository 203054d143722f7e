import type { StateWords } from '../../../html/banner.ts';
import type { RunState } from '../report.ts';

/** Those of a run. */
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
