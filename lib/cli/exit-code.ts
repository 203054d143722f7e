import type { Report } from '../sync/report.ts';

/** What the command line ends with; the issue tracker's contract with cron. */
export const EXIT = { done: 0, errors: 1, configuration: 2, busy: 3, interrupted: 130 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** 0 done, 1 done with errors, 2 when an operator must change something first, 3 when another run goes first. */
export function exitCodeOf({ state, failures }: Pick<Report, 'state' | 'failures'>): ExitCode {
  switch (state) {
    case 'ok':
    case 'warnings':
      return EXIT.done;
    case 'skipped':
      // Who stopped a run that waited for its turn stopped it; nobody was in its way.
      return failures.some(({ code }) => code === 'RUN_STOPPED') ? EXIT.errors : EXIT.busy;
    case 'waiting':
      return EXIT.busy;
    case 'failed':
      return failures.some(({ kind }) => kind === 'ConfigError') ? EXIT.configuration : EXIT.errors;
    case 'errors':
    case 'stopped':
    case 'running':
      return EXIT.errors;
  }
}
