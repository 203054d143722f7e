/** What the failures of one kind have in common, for people. */
export interface Advice {
  readonly title: string;
  readonly whatToDo?: string;
}

/** One entry a kind of design.md section 7, and the report's own for workers that died. */
const ADVICE: Readonly<Record<string, Advice>> = {
  ConfigError: {
    title: 'Something has to be changed',
    whatToDo: 'Change what the message names, then start the job again: trying again without a change ends the same way.',
  },
  DataError: {
    title: 'Damaged or refused data',
    whatToDo:
      'Verify the snapshot on the source. The copy does not show it, and keeps the good snapshots it has; the next run tries it again.',
  },
  TransientError: {
    title: 'Did not work this time',
    whatToDo:
      'The next run tries again by itself. If it keeps coming back, the service that the message names is overloaded or out of reach.',
  },
  ConflictError: {
    title: 'Someone else was at it',
    whatToDo: 'Nothing needs doing if another run was meant to be at work; if not, look for a second job with the same target.',
  },
  // Each of these messages says what to do by itself: it is read in the console, too.
  WorkerDied: { title: 'Workers that ended without a result' },
};

const OF_STATE_MACHINE: Advice = {
  title: 'The state machine ended the run',
  whatToDo: 'Open this execution in the Step Functions console: its events show the state that failed and what went into it.',
};

const OF_BUG: Advice = {
  title: 'A fault in Flotilla itself',
  whatToDo: 'Your data is not to blame. Please report it with the lines below; the next run tries again.',
};

/** By the error's kind: any kind that is not Flotilla's own is a bug, or the state machine's word. */
export function adviceFor(kind: string): Advice {
  return ADVICE[kind] ?? (/^(States|Lambda)\./.test(kind) ? OF_STATE_MACHINE : OF_BUG);
}
