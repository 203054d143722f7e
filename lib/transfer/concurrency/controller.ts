/** How one transfer ended, for the decision how many go at once. Times are epoch milliseconds. */
export interface TransferSample {
  readonly now: number;
  readonly startedAt: number;
  /** Stored bytes that it moved; 0 where the target had the object. */
  readonly bytes: number;
  /** `throttled`: it was moved, and a provider asked to slow down or kept a request waiting for too long meanwhile (`outcomeMeter`). */
  readonly outcome: 'moved' | 'throttled' | 'failed';
}

/** Decides how many transfers of one worker are in flight at once. Is told of each when it begins and when it has ended. */
export interface ConcurrencyController {
  /** Transfers at once by now, a whole number of at least 1. May change with each call of `ended`. */
  readonly limit: number;
  begun(now: number): void;
  ended(sample: TransferSample): void;
}
