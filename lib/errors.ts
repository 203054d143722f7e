/** What failed, by name. Every value is an id a reader can look up; `undefined` members are left out of messages. */
export interface ErrorContext {
  readonly job?: string;
  readonly run?: string;
  readonly datastore?: string;
  readonly namespace?: string;
  readonly group?: string;
  readonly snapshot?: string;
  readonly archive?: string;
  readonly digest?: string;
  /** Further chunks of the same snapshot with the same fate. */
  readonly moreDigests?: readonly string[];
  readonly key?: string;
}

export interface ErrorOptions {
  readonly context?: ErrorContext;
  readonly cause?: unknown;
}

/**
 * The base of every error that is not a bug. `name` is the kind, which Step Functions matches as the error type;
 * `code` is stable and says what happened; `message` says what failed by name and what to do.
 */
export abstract class FlotillaError extends Error {
  readonly code: string;
  readonly context: ErrorContext;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** Try again with the same input: leaves the handler, and the state machine retries with backoff. */
export class TransientError extends FlotillaError {
  override readonly name = 'TransientError';
}

/** This snapshot or group is bad: recorded in its result, the other groups go on, the run ends with errors. */
export class DataError extends FlotillaError {
  override readonly name = 'DataError';
}

/** An operator must act: the run fails at once, and the message says what to change. */
export class ConfigError extends FlotillaError {
  override readonly name = 'ConfigError';
}

/** Someone else is at it: the run waits or ends without alarm. */
export class ConflictError extends FlotillaError {
  override readonly name = 'ConflictError';
}

/** One line from the outside in: the message of `error` and of each cause below it, without repetitions. */
export function formatErrorChain(error: unknown): string {
  const messages: string[] = [];
  for (let at: unknown = error; at !== undefined && messages.length < 8; at = at instanceof Error ? at.cause : undefined) {
    const message = at instanceof Error ? at.message || at.name : typeof at === 'string' ? at : JSON.stringify(at);
    if (!messages.some((said) => said.includes(message))) messages.push(message);
  }
  return messages.join(': ');
}
