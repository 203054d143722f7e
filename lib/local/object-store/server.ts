import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerRequest, failureAnswer } from './answer-request.ts';
import type { Endpoint } from './answer-request.ts';
import { Buckets } from './buckets.ts';
import { countingPlan } from './faults.ts';
import type { Fault, FaultPlan } from './faults.ts';
import type { S3Operation } from './operation.ts';
import { paceAt, unlimited } from './pace.ts';
import { parseRequest } from './request.ts';
import type { S3Answer, S3Request } from './request.ts';
import { sendAnswer } from './send-answer.ts';
import type { ObjectStoreCredentials } from './signature.ts';

/** One request that was answered, or cut off: then `status` is 0. Times in ms, sizes in bytes of body. */
export interface RequestRecord {
  readonly operation: S3Operation;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly status: number;
  readonly bytesSent: number;
  readonly durationMs: number;
}

export interface ObjectStoreOptions {
  /** The folder whose folders are the buckets; made when it is not there. */
  readonly root: string;
  /** Buckets that are made when they are not there. */
  readonly buckets?: readonly string[];
  /** Buckets served from folders elsewhere, which are never written to: name and folder. */
  readonly readOnly?: Readonly<Record<string, string>>;
  /** Default: access key `flotilla`, secret `flotilla-local`. */
  readonly credentials?: ObjectStoreCredentials;
  /** When given, signatures for another region are refused, as S3 does; otherwise any region is right, and `us-east-1` is told. */
  readonly region?: string;
  readonly host?: '127.0.0.1';
  readonly port?: number;
  readonly faults?: FaultPlan;
  /** Added to every request. */
  readonly latencyMs?: number;
  /** Over all bodies, both ways. */
  readonly bytesPerSecond?: number;
  readonly onRequest?: (record: RequestRecord) => void;
  /** ms since 1970. */
  readonly now?: () => number;
}

export type OperationCounts = Partial<Record<S3Operation, number>>;

export interface ObjectStoreServer {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: ObjectStoreCredentials;
  /** Requests received since the start or the last reset, failed ones included. */
  counts(): OperationCounts;
  resetCounts(): void;
  /** Replaces the plan; its counts begin anew. */
  setFaults(plan: FaultPlan | undefined): void;
  /** Cuts every connection, waits for what was being written, and frees the port. */
  close(): Promise<void>;
}

interface Listening {
  readonly endpoint: Endpoint;
  readonly counts: Map<S3Operation, number>;
  readonly onRequest: (record: RequestRecord) => void;
  plan: ((subject: Pick<S3Request, 'operation' | 'method' | 'bucket' | 'key'>) => Fault | undefined) | undefined;
}

const DEFAULT_CREDENTIALS = { accessKeyId: 'flotilla', secretAccessKey: 'flotilla-local' };

/** Serves a folder as an S3 endpoint on loopback: path-style, Signature V4. */
export async function startObjectStore(options: ObjectStoreOptions): Promise<ObjectStoreServer> {
  const endpoint = openEndpoint(options);
  const listening: Listening = {
    endpoint,
    counts: new Map(),
    onRequest: options.onRequest ?? (() => undefined),
    plan: undefined,
  };
  const setFaults = (plan: FaultPlan | undefined): void => void (listening.plan = plan && countingPlan(plan));
  setFaults(options.faults);
  const active = new Set<Promise<void>>();
  const answer = (incoming: IncomingMessage, response: ServerResponse, waits: boolean): void => {
    const done = serve(listening, { incoming, response, waits }).finally(() => active.delete(done));
    active.add(done);
  };
  const server = createServer({ keepAliveTimeout: 60_000, requestTimeout: 0 }, (incoming, response) =>
    answer(incoming, response, false),
  );
  server.on('checkContinue', (incoming: IncomingMessage, response: ServerResponse) => answer(incoming, response, true));
  const port = await listen(server, options);
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    region: endpoint.region,
    credentials: endpoint.signatures.credentials,
    counts: () => Object.fromEntries(listening.counts),
    resetCounts: () => listening.counts.clear(),
    setFaults,
    close: () => closeServer(server, active),
  };
}

function openEndpoint(options: ObjectStoreOptions): Endpoint {
  const buckets = new Buckets({ root: options.root, readOnly: options.readOnly ?? {} });
  for (const name of options.buckets ?? []) buckets.ensure(name);
  const { region } = options;
  return {
    buckets,
    region: region ?? 'us-east-1',
    signatures: {
      credentials: options.credentials ?? DEFAULT_CREDENTIALS,
      now: options.now ?? Date.now,
      ...(region === undefined ? {} : { region }),
    },
    pace: options.bytesPerSecond === undefined ? unlimited : paceAt(options.bytesPerSecond),
    latencyMs: options.latencyMs ?? 0,
  };
}

async function listen(server: Server, options: ObjectStoreOptions): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  await promise;
  return (server.address() as AddressInfo).port;
}

async function closeServer(server: Server, active: ReadonlySet<Promise<void>>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  await Promise.allSettled(active);
  await promise;
}

interface Connection {
  readonly incoming: IncomingMessage;
  readonly response: ServerResponse;
  /** The client sends its body only when asked to (Expect: 100-continue). */
  readonly waits: boolean;
}

async function serve(listening: Listening, connection: Connection): Promise<void> {
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
    bytesSent = await serveRequest(listening, { ...connection, request, requestId });
  } catch (error) {
    bytesSent = await fail(listening, connection, {
      error,
      origin: { resource: request === undefined ? '/' : resourceOf(request), requestId },
    });
  }
  if (request === undefined) return;
  const { operation, method, bucket, key } = request;
  const status = response.headersSent ? response.statusCode : 0;
  listening.onRequest({ operation, method, bucket, key, status, bytesSent, durationMs: performance.now() - started });
}

async function serveRequest(
  listening: Listening,
  connection: Connection & { readonly request: S3Request; readonly requestId: string },
): Promise<number> {
  const { request, requestId, response } = connection;
  const { operation } = request;
  listening.counts.set(operation, (listening.counts.get(operation) ?? 0) + 1);
  const { method, bucket, key } = request;
  const fault = listening.plan?.({ operation, method, bucket, key });
  let waits = connection.waits;
  const invite = (): void => {
    if (waits) response.writeContinue();
    waits = false;
  };
  const answer = await answerRequest(listening.endpoint, request, { requestId, fault, invite });
  if (answer === 'reset') return reset(connection);
  if (waits) response.setHeader('connection', 'close');
  return sendAnswer(response, answer, { pace: listening.endpoint.pace, fault });
}

interface Failure {
  readonly error: unknown;
  readonly origin: { readonly resource: string; readonly requestId: string };
}

async function fail(listening: Listening, connection: Connection, failure: Failure): Promise<number> {
  const { response, waits } = connection;
  if (response.destroyed || response.headersSent) {
    // The head is out, or nobody is there: all that is left is not to end well.
    response.destroy();
    return 0;
  }
  // A body that was never asked for may or may not still come: the connection cannot be used again.
  if (waits) response.setHeader('connection', 'close');
  const answer: S3Answer = failureAnswer(failure.origin, failure.error);
  return sendAnswer(response, answer, { pace: listening.endpoint.pace });
}

function reset(connection: Connection): number {
  connection.incoming.socket.resetAndDestroy();
  return 0;
}

function resourceOf(request: S3Request): string {
  return request.key === '' ? `/${request.bucket}` : `/${request.bucket}/${request.key}`;
}
