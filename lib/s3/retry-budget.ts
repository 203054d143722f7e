/** How many requests may be sent again before a provider counts as dead; shared by all who send to it. */
export interface RetryBudget {
  /** Takes one retry out; false when there is none left. */
  spend(): boolean;
  /** A request was answered, well or with a refusal that stands: gives one retry back. */
  answered(): void;
  /** The provider asked for patience: it is there, and what is configured is not wrong. */
  heard(): void;
}

/** Retries before a provider has answered at all: what is configured wrongly is told soon. */
const UNPROVEN = 5;

/** One who has answered is worth these at once, since the first requests go out together. */
const PROVEN = 50;

/**
 * A bucket of retries, as gRPC (A6, "retry throttling") and the SDK's standard mode have it: while more requests are answered
 * than sent again it is full, so that half of them may fail for ever; a provider that stops answering empties it, and from then on
 * each operation fails with its first request. `capacity` is retries.
 */
export function createRetryBudget(capacity: number): RetryBudget {
  let left = Math.min(UNPROVEN, capacity);
  let proven = false;
  const prove = (): void => {
    if (!proven) left = Math.min(capacity, Math.max(left, PROVEN));
    proven = true;
  };
  return {
    spend() {
      if (left < 1) return false;
      left -= 1;
      return true;
    },
    answered() {
      left = Math.min(capacity, left + 1);
      prove();
    },
    heard: prove,
  };
}
