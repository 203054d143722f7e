import { hash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Pace } from '../datastore/pace.ts';
import { encodeKey, encodeQuery } from './encode-key.ts';
import { ErrorAnswer } from './error-answer.ts';
import type { HttpRequest } from './http/channel.ts';
import { createConnect } from './http/connect.ts';
import type { ConnectTimeouts } from './http/connect.ts';
import { createPool } from './http/pool.ts';
import type { Pool } from './http/pool.ts';
import { renderHead } from './http/request-head.ts';
import type { ResponseHead } from './http/response-head.ts';
import type { HttpAnswer } from './http/response-reader.ts';
import type { BucketLocation } from './place.ts';
import { createSigner, EMPTY_HASH, UNSIGNED_PAYLOAD } from './sigv4.ts';
import type { Signable, Signer } from './sigv4.ts';
import { resolveTarget } from './target.ts';
import type { Target } from './target.ts';

/** A request about one object. */
export interface ObjectRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  /** Full key. */
  readonly key: string;
  /** What the request is about beside the key. */
  readonly query?: Readonly<Record<string, string>>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Holds for the bytes of the body, or, where there is none, of the answer's. */
  readonly pace?: Pace | undefined;
  /** Whether a checksum that the provider is known to check stands in for the body's SHA-256 in the signature. */
  readonly isProven?: boolean;
  /** The most bytes that the body of a good answer may have; throws to refuse it unread. */
  limit?(head: ResponseHead): number;
  /** On a new socket, since a kept one was found closed. */
  readonly fresh: boolean;
}

/** The hot requests, without the SDK's client around them: signed by the SDK's credentials and clock, sent on sockets of our own. */
export interface Wire {
  /** The good answer (2xx). Throws an `ErrorAnswer` for any other, and what the socket throws. */
  send(request: ObjectRequest): Promise<HttpAnswer>;
  /** Closes the sockets. Requests under way fail. */
  close(): void;
}

interface Line {
  readonly target: Target;
  readonly sign: Signer;
  readonly pool: Pool;
}

// Of an error document, or of the page of whatever stands before a store.
const MAX_SMALL_BODY_BYTES = 1024 * 1024;
// The SDK's: a signature holds for 15 minutes.
const SKEWED_MS = 300_000;

export function createWire(client: S3Client, location: BucketLocation, timeouts: ConnectTimeouts): Wire {
  let line: Promise<Line> | undefined;
  let closed = false;
  const open = async (): Promise<Line> => {
    try {
      const opened = await openLine(client, location, timeouts);
      if (closed) opened.pool.close();
      return opened;
    } catch (error) {
      line = undefined; // what cannot be resolved now may be later
      throw error;
    }
  };
  return {
    async send(request) {
      const { target, sign, pool } = await (line ??= open());
      const keys = await client.config.credentials();
      const signed = signable(target, request);
      const headers = sign(signed, keys, new Date(Date.now() + client.config.systemClockOffset));
      const answer = await pool.send(httpRequest(request, signed, headers), request.fresh);
      if (isGood(answer)) return answer;
      throw new ErrorAnswer(answer, correctClock(client, answer));
    },
    close() {
      closed = true;
      void line?.then(
        ({ pool }) => pool.close(),
        () => undefined,
      );
    },
  };
}

async function openLine(client: S3Client, location: BucketLocation, timeouts: ConnectTimeouts): Promise<Line> {
  const target = await resolveTarget(client, location);
  const { host, port, encrypted } = target;
  const { ca, fingerprint } = location;
  const trust = { ...(ca === undefined ? {} : { ca }), ...(fingerprint === undefined ? {} : { fingerprint }) };
  const pool = createPool(createConnect({ host, port, encrypted, ...trust }, timeouts));
  return { target, sign: createSigner(target.scope), pool };
}

/**
 * Over TLS a body is protected by TLS, and its signature says UNSIGNED-PAYLOAD. Over plain HTTP the signature carries the SHA-256
 * of the body, which every S3 server checks, unless another checksum is: so an upload that was damaged on the way is refused either way.
 */
function signable({ path, authority, encrypted }: Target, request: ObjectRequest): Signable {
  const { method, key, query = {}, headers, body, isProven = false } = request;
  const payloadHash = body === undefined ? EMPTY_HASH : encrypted || isProven ? UNSIGNED_PAYLOAD : hash('sha256', body);
  const place = { path: path + encodeKey(key), query: encodeQuery(query) };
  return { method, ...place, headers: { host: authority, ...headers }, payloadHash };
}

function httpRequest(request: ObjectRequest, { path, query }: Signable, headers: Signable['headers']): HttpRequest {
  const { method, body, pace } = request;
  const place = query === '' ? path : `${path}?${query}`;
  const length = body === undefined ? {} : { 'content-length': String(body.length) };
  return {
    method,
    head: renderHead(method, place, { ...headers, ...length, 'user-agent': 'flotilla' }),
    limit: (head) => (isGood(head) ? request.limit?.(head) : undefined) ?? MAX_SMALL_BODY_BYTES,
    ...(body === undefined ? {} : { body }),
    ...(pace === undefined ? {} : { pace }),
  };
}

const isGood = ({ status }: ResponseHead): boolean => status < 300;

/** Sets the clock that requests are signed by to the provider's, when they differ; true when it did. */
function correctClock({ config }: S3Client, { headers }: ResponseHead): boolean {
  const theirs = Date.parse(headers['date'] ?? '');
  const ours = Date.now();
  if (Number.isNaN(theirs) || Math.abs(ours + config.systemClockOffset - theirs) < SKEWED_MS) return false;
  config.systemClockOffset = theirs - ours;
  return true;
}
