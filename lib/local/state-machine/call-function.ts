/** A function as the machine calls it: JSON in, JSON out. */
export type FunctionHandler = (payload: unknown) => Promise<unknown>;

/** What a task, a state and an execution may take in or give out on Step Functions (facts/aws.md 1.1). */
const MAX_STATE_BYTES = 256 * 1024;

/** The longest cause that Step Functions keeps. */
const MAX_CAUSE_LENGTH = 32_768;

/**
 * Calls a handler as the Lambda integration does: payload and answer go through JSON and its limits, and an error becomes its
 * name and a cause in JSON. What breaks on AWS breaks here.
 */
export async function callFunction(handler: FunctionHandler, payload: unknown): Promise<{ Payload: unknown }> {
  const answer = await invoke(handler, roundTrip(payload, 'payload'));
  return { Payload: roundTrip(answer ?? null, 'answer') };
}

async function invoke(handler: FunctionHandler, payload: unknown): Promise<unknown> {
  try {
    return await handler(payload);
  } catch (error) {
    throw asInvocationError(error);
  }
}

/** The shape in which Node's Lambda runtime reports an error. */
function asInvocationError(thrown: unknown): Error {
  const { name, message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
  const cause = JSON.stringify({ errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] });
  return named(name, cause.slice(0, MAX_CAUSE_LENGTH), thrown);
}

function roundTrip(value: unknown, what: string): unknown {
  const text = JSON.stringify(value);
  const size = Buffer.byteLength(text);
  if (size <= MAX_STATE_BYTES) return JSON.parse(text);
  throw named('States.DataLimitExceeded', `the ${what} of a function has ${size} bytes; Step Functions takes ${MAX_STATE_BYTES}`);
}

/** Step Functions matches errors by their name. */
export function named(name: string, message: string, cause?: unknown): Error {
  const error = new Error(message, cause === undefined ? undefined : { cause });
  error.name = name;
  return error;
}
