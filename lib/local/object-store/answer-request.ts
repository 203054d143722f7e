import { setTimeout as sleep } from 'node:timers/promises';
import type { Buckets } from './buckets.ts';
import type { Exchange } from './exchange.ts';
import type { Fault } from './faults.ts';
import { HANDLERS } from './operations/index.ts';
import type { Pace } from './pace.ts';
import { receiveBody } from './receive.ts';
import type { S3Answer, S3Request } from './request.ts';
import { S3Error } from './s3-error.ts';
import { verifySignature } from './signature.ts';
import type { SignatureCheck, SignedPayload } from './signature.ts';
import { xmlErrorDocument } from './xml.ts';

/** What all requests share. */
export interface Endpoint {
  readonly buckets: Buckets;
  readonly region: string;
  readonly signatures: SignatureCheck;
  readonly pace: Pace;
  readonly latencyMs: number;
}

/** S3's limit on the body of one PUT. */
const MAX_UPLOAD_BYTES = 5 * 1024 ** 3;
/** A completion of 10,000 parts with checksums stays below this. */
const MAX_DOCUMENT_BYTES = 8 * 1024 ** 2;
/** Longer bodies go to a file as they come, so that memory does not grow with what is in flight. */
const MEMORY_BYTES = 1024 ** 2;

export interface Arrival {
  readonly requestId: string;
  readonly fault: Fault | undefined;
  /** Asks the sender for the body, when it waits to be asked. */
  readonly invite: () => void;
}

/** Does what a request asks; `reset` when the plan has the connection cut. Throws S3Error for refusals. */
export async function answerRequest(endpoint: Endpoint, request: S3Request, arrival: Arrival): Promise<S3Answer | 'reset'> {
  const { fault } = arrival;
  const wait = endpoint.latencyMs + (fault?.kind === 'delay' ? fault.ms : 0);
  if (wait > 0) await sleep(wait);
  if (isInstead(fault) && fault.when !== 'after') return insteadOf(request, arrival.requestId, fault);
  const payload = verifySignature(request, endpoint.signatures);
  const answer = await HANDLERS[request.operation](openExchange(endpoint, request, { payload, arrival }));
  if (!isInstead(fault)) return answer;
  if (typeof answer.body === 'object' && 'close' in answer.body) answer.body.close();
  return insteadOf(request, arrival.requestId, fault);
}

type Instead = Extract<Fault, { kind: 'error' | 'reset' }>;

function isInstead(fault: Fault | undefined): fault is Instead {
  return fault?.kind === 'error' || fault?.kind === 'reset';
}

function insteadOf(request: S3Request, requestId: string, fault: Instead): S3Answer | 'reset' {
  if (fault.kind === 'reset') return 'reset';
  const { status, code, message = 'injected fault' } = fault;
  const retryAfter = fault.retryAfterSeconds === undefined ? {} : { 'retry-after': String(fault.retryAfterSeconds) };
  const origin = { resource: `/${request.bucket}/${request.key}`, requestId };
  return errorAnswer(origin, { status, code, message, details: {} }, retryAfter);
}

function openExchange(endpoint: Endpoint, request: S3Request, given: { payload: SignedPayload; arrival: Arrival }): Exchange {
  const { buckets, region, pace } = endpoint;
  const { payload, arrival } = given;
  const options = { payload, pace, scratch: buckets.scratch, invite: arrival.invite };
  return {
    request,
    buckets,
    region,
    bucket: () => buckets.get(request.bucket),
    now: endpoint.signatures.now,
    receive: () => receiveBody(request, { ...options, maxBytes: MAX_UPLOAD_BYTES, memoryBytes: MEMORY_BYTES }),
    async receiveText(expected) {
      const limits = { maxBytes: MAX_DOCUMENT_BYTES, memoryBytes: MAX_DOCUMENT_BYTES };
      const { content } = await receiveBody(request, { ...options, ...limits, ...(expected === undefined ? {} : { expected }) });
      return 'bytes' in content ? Buffer.concat(content.bytes).toString('utf8') : '';
    },
    ...(arrival.fault?.kind === 'delete-errors' ? { deleteErrors: arrival.fault.of } : {}),
  };
}

/** Which request an error document is about. */
export interface Origin {
  readonly resource: string;
  readonly requestId: string;
}

/** The answer for a failure: S3's error document. Whatever is no S3Error is an InternalError that says what it was. */
export function failureAnswer(origin: Origin, error: unknown): S3Answer {
  if (error instanceof S3Error) return errorAnswer(origin, error);
  const reason = error instanceof Error ? error.message : String(error);
  return errorAnswer(origin, new S3Error('InternalError', `We encountered an internal error. Please try again. (${reason})`));
}

type Refusal = Pick<S3Error, 'status' | 'code' | 'message' | 'details'>;

function errorAnswer(origin: Origin, error: Refusal, headers: Readonly<Record<string, string>> = {}): S3Answer {
  const { code, message, details } = error;
  const body = xmlErrorDocument({
    Code: code,
    Message: message,
    ...details,
    Resource: origin.resource,
    RequestId: origin.requestId,
  });
  return { status: error.status, headers: { 'content-type': 'application/xml', ...headers }, body };
}
