import type { Report, RunState } from '../sync/report/report.ts';

/** What the command line ends with; the issue tracker's contract with cron. */
export const EXIT = { done: 0, errors: 1, configuration: 2, busy: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_STATE: Readonly<Record<RunState, ExitCode>> = {
  ok: EXIT.done,
  warnings: EXIT.done,
  skipped: EXIT.busy,
  waiting: EXIT.busy,
  failed: EXIT.errors,
  errors: EXIT.errors,
  stopped: EXIT.errors,
  running: EXIT.errors,
};

/** 0 done, 1 done with errors or stopped, 2 when an operator must change something first, 3 when another run goes first. */
export function exitCodeOf({ state, failures }: Pick<Report, 'state' | 'failures'>): ExitCode {
  if (state === 'failed' && failures.some(({ kind }) => kind === 'ConfigError')) return EXIT.configuration;
  return BY_STATE[state];
}
