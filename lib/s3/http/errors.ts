/** An answer that breaks HTTP/1.1: nothing that came with it is believed. */
export class ProtocolError extends Error {
  readonly code = 'ProtocolError';
}

/** The body of an answer is shorter or longer than its head declared: the request is sent again. */
export class TruncatedError extends Error {
  readonly code = 'ResponseTruncated';
}

/** A kept socket was closed by the server before it brought a byte of the answer: the request belongs on a fresh one. */
export class StaleSocketError extends Error {
  readonly code = 'ECONNRESET';
  readonly stale = true;
}

/** An error with the code that node gives to errors of its own sockets. */
export function socketError(code: 'ECONNRESET' | 'ETIMEDOUT' | 'FINGERPRINT_MISMATCH', message: string): Error {
  return Object.assign(new Error(message), { code });
}

/** Whether the other side ended the connection. */
export function isReset(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === 'ECONNRESET' || code === 'EPIPE';
}
