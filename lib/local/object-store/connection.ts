import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerRequest, failureAnswer } from './answer-request.ts';
import type { Endpoint } from './answer-request.ts';
import type { Fault, FaultSubject } from './faults.ts';
import type { S3Operation } from './operation.ts';
import { parseRequest } from './request.ts';
import type { S3Request } from './request.ts';
import { sendAnswer } from './send-answer.ts';

/** One request that was answered, or cut off: then `status` is 0. Duration in ms, sizes in bytes of body. */
export interface RequestRecord {
  readonly operation: S3Operation;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly status: number;
  readonly bytesSent: number;
  readonly durationMs: number;
}

/** What a connection needs to know of its server. */
export interface Listener {
  readonly endpoint: Endpoint;
  /** Called once a request, before anything is done. */
  readonly onArrival: (subject: FaultSubject) => Fault | undefined;
  readonly onRequest: (record: RequestRecord) => void;
}

export interface Connection {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** The client sends its body only when asked to (Expect: 100-continue). */
  readonly waits: boolean;
}

/** Answers one request, whatever happens; never throws. */
export async function serveConnection(listener: Listener, connection: Connection): Promise<void> {
  const { incoming, response } = connection;
  const started = performance.now();
  const requestId = randomBytes(8).toString('hex').toUpperCase();
  response.setHeader('x-amz-request-id', requestId);
  // A client that goes away in the middle is not ours to report.
  response.on('error', () => undefined);
  let request: S3Request | undefined;
  let bytesSent = 0;
  try {
    request = parseRequest(incoming);
    bytesSent = await serveRequest(listener, connection, { request, requestId });
  } catch (error) {
    bytesSent = await refuse(listener, connection, { error, requestId, resource: resourceOf(request) });
  }
  // What was not read of a refused body would be in the way of the next request.
  incoming.resume();
  if (request === undefined) return;
  const { operation, method, bucket, key } = request;
  const status = response.headersSent ? response.statusCode : 0;
  listener.onRequest({ operation, method, bucket, key, status, bytesSent, durationMs: performance.now() - started });
}

async function serveRequest(
  listener: Listener,
  connection: Connection,
  given: { readonly request: S3Request; readonly requestId: string },
): Promise<number> {
  const { incoming, response } = connection;
  const { operation, method, bucket, key } = given.request;
  const fault = listener.onArrival({ operation, method, bucket, key });
  let waits = connection.waits;
  const invite = (): void => {
    if (waits) response.writeContinue();
    waits = false;
  };
  const answer = await answerRequest(listener.endpoint, given.request, { requestId: given.requestId, fault, invite });
  if (answer === 'reset') {
    incoming.socket.resetAndDestroy();
    return 0;
  }
  if (waits) closeAfterwards(response);
  return sendAnswer(response, answer, { pace: listener.endpoint.pace, fault });
}

/** A body that was never asked for may or may not still come: the connection cannot be used again. */
function closeAfterwards(response: ServerResponse): void {
  response.setHeader('connection', 'close');
}

interface Failure {
  readonly error: unknown;
  readonly resource: string;
  readonly requestId: string;
}

async function refuse(listener: Listener, connection: Connection, failure: Failure): Promise<number> {
  const { response, waits } = connection;
  if (response.destroyed || response.headersSent) {
    // The head is out, or nobody is there: all that is left is not to end well.
    response.destroy();
    return 0;
  }
  if (waits) closeAfterwards(response);
  return sendAnswer(response, failureAnswer(failure, failure.error), { pace: listener.endpoint.pace });
}

function resourceOf(request: S3Request | undefined): string {
  if (request === undefined) return '/';
  return request.key === '' ? `/${request.bucket}` : `/${request.bucket}/${request.key}`;
}
