import { describe, expect, it } from 'vitest';
import type { FlotillaError } from '../../lib/errors.ts';
import { faultOf } from '../../lib/s3/faults.ts';
import { translate } from '../../lib/s3/errors.ts';
import { OPERATIONS } from '../../lib/s3/request.ts';
import { ANY_KEYS, LOCATION, openOddStore, s3Error, startOddServer } from './odd-server.ts';
import { createS3Connection, openDatastore } from '../../lib/s3/open-datastore.ts';
import { noRequests } from '../../lib/datastore/object-store.ts';
import type { Answering, OddOptions } from './odd-server.ts';

/** What reading one object comes to when the server answers so, and how many requests it took. */
async function getFrom(answer: Answering, options: OddOptions = {}): Promise<{ error: unknown; requests: number }> {
  const odd = await openOddStore(answer, options);
  try {
    const error = await odd.store.get('vm/100/owner').then(
      (value) => value,
      (thrown: unknown) => thrown,
    );
    return { error, requests: odd.seen.length };
  } finally {
    await odd.close();
  }
}

const answering =
  (status: number, code: string, more = ''): Answering =>
  (response) =>
    s3Error(response, status, code, more);

describe('a refusal that an operator must act upon', () => {
  const REFUSALS: readonly [status: number, said: string, code: string, advice: RegExp][] = [
    [404, 'NoSuchBucket', 'DATASTORE_NOT_FOUND', /bucket/],
    [403, 'AccessDenied', 'STORE_ACCESS_DENIED', /allow s3:GetObject/],
    [403, 'InvalidAccessKeyId', 'STORE_CREDENTIALS_REJECTED', /does not know this access key/],
    [403, 'SignatureDoesNotMatch', 'STORE_CREDENTIALS_REJECTED', /secret key does not belong/],
    [400, 'ExpiredToken', 'STORE_CREDENTIALS_REJECTED', /renew/],
    [400, 'InvalidToken', 'STORE_CREDENTIALS_REJECTED', /check them/],
    [401, 'Unauthorized', 'STORE_CREDENTIALS_REJECTED', /check them/],
    [403, 'RequestTimeTooSkewed', 'CLOCK_SKEWED', /NTP/],
    [301, 'PermanentRedirect', 'WRONG_REGION', /another region/],
    [507, 'InsufficientStorage', 'STORE_FULL', /make room/],
    [501, 'NotImplemented', 'STORE_UNSUPPORTED', /does not support/],
    [400, 'InvalidBucketName', 'STORE_REFUSED', /InvalidBucketName: said/],
  ];
  it.each(REFUSALS)('%i %s is %s, and is not tried again', async (status, said, code, advice) => {
    const { error, requests } = await getFrom(answering(status, said));
    expect(error).toMatchObject({ name: 'ConfigError', code, context: { datastore: 'main', key: 'store/vm/100/owner' } });
    expect((error as Error).message).toMatch(advice);
    expect((error as Error).message).toMatch(/^datastore main: GET store\/vm\/100\/owner in bucket bucket: /);
    expect(requests).toBe(1);
  });

  it('names the right region when the provider does', async () => {
    const byBody = await getFrom(answering(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>'));
    expect(byBody.error).toMatchObject({
      code: 'WRONG_REGION',
      message: expect.stringContaining('set it to eu-west-1') as string,
    });
    const byHeader = await getFrom((response) => response.writeHead(301, { 'x-amz-bucket-region': 'ap-south-1' }).end());
    expect(byHeader.error).toMatchObject({ code: 'WRONG_REGION', message: expect.stringContaining('ap-south-1') as string });
  });

  it('tells a malformed authorization without a region from a wrong region', async () => {
    const { error } = await getFrom(answering(400, 'AuthorizationHeaderMalformed'));
    expect(error).toMatchObject({ code: 'STORE_CREDENTIALS_REJECTED' });
  });

  it('takes a 404 without S3’s word for a wrong endpoint, never for a missing object', async () => {
    for (const body of ['', 'not found', '<html><body>nginx</body></html>']) {
      const { error } = await getFrom((response) => response.writeHead(404).end(body));
      expect(error).toMatchObject({ name: 'ConfigError', code: 'STORE_ANSWER_INVALID' });
    }
  });

  it('corrects its signature by the provider’s clock and goes on', async () => {
    const ahead = new Date(Date.now() + 3_600_000).toUTCString();
    const { error, requests } = await getFrom((response, _seen, n) => {
      response.setHeader('date', ahead);
      if (n === 0) return s3Error(response, 403, 'RequestTimeTooSkewed');
      response.writeHead(200, { etag: '"e"', 'content-length': 2 }).end('ok');
    });
    expect(error).toMatchObject({ size: 2 });
    expect(requests).toBe(2);
  });
});

describe('a damaged or changed object', () => {
  it.each([
    [412, 'PreconditionFailed', 'SOURCE_CHANGED'],
    [403, 'InvalidObjectState', 'OBJECT_ARCHIVED'],
    [416, 'InvalidRange', 'RANGE_NOT_SATISFIABLE'],
    [400, 'KeyTooLongError', 'KEY_TOO_LONG'],
  ])('%i %s is a DataError %s', async (status, said, code) => {
    expect((await getFrom(answering(status, said))).error).toMatchObject({ name: 'DataError', code });
  });
});

describe('a failure that may pass', () => {
  it.each([
    [503, 'SlowDown', 'STORE_THROTTLED'],
    [503, 'ServiceUnavailable', 'STORE_THROTTLED'],
    [429, 'TooManyRequests', 'STORE_THROTTLED'],
    [400, 'RequestTimeout', 'STORE_TIMEOUT'],
    [500, 'InternalError', 'STORE_FAILED'],
    [502, 'BadGateway', 'STORE_FAILED'],
    [504, 'GatewayTimeout', 'STORE_FAILED'],
    [409, 'ConditionalRequestConflict', 'STORE_CONFLICT'],
    [400, 'BadDigest', 'UPLOAD_CORRUPTED'],
  ])('%i %s is tried as often as allowed, then is a TransientError %s', async (status, said, code) => {
    const { error, requests } = await getFrom(answering(status, said));
    expect(error).toMatchObject({ name: 'TransientError', code, message: expect.stringContaining('3 attempts') as string });
    expect(requests).toBe(3);
  });

  it('is forgotten when a later attempt succeeds', async () => {
    const { error, requests } = await getFrom((response, _seen, n) => {
      if (n === 0) return s3Error(response, 503, 'SlowDown');
      if (n === 1) return response.destroy();
      response.writeHead(200, { etag: '"e"', 'content-length': 2 }).end('ok');
    });
    expect(error).toMatchObject({ etag: 'e', size: 2, bytes: Buffer.from('ok') });
    expect(requests).toBe(3);
  });

  const restFor =
    (retryAfter: string, headers: Record<string, string> = {}): Answering =>
    (response) => {
      for (const [name, value] of Object.entries({ ...headers, 'retry-after': retryAfter })) response.setHeader(name, value);
      s3Error(response, 503, 'SlowDown');
    };

  it('waits as long as the provider says, in seconds or as a time of its own clock', async () => {
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    const retry = { attempts: 2, random: () => 0.5, baseDelayMs: 100, sleep };
    await getFrom(restFor('7'), { retry });
    await getFrom(restFor('Wed, 21 Oct 2015 07:28:09 GMT', { date: 'Wed, 21 Oct 2015 07:28:00 GMT' }), { retry });
    await getFrom(restFor('Wed, 21 Oct 2015 07:27:00 GMT', { date: 'Wed, 21 Oct 2015 07:28:00 GMT' }), { retry });
    await getFrom(restFor('soon'), { retry });
    expect(waits).toEqual([7_250, 9_250, 250, 250]);
  });

  it('leaves a provider in peace that asks for a longer rest than a request may wait', async () => {
    const { error, requests } = await getFrom(restFor('31'));
    expect(requests).toBe(1);
    expect(error).toMatchObject({
      code: 'STORE_THROTTLED',
      message: expect.stringContaining('it asks for 31 s of rest') as string,
    });
  });

  it('sends little again to a provider that has never answered, and says so', async () => {
    const { error, requests } = await getFrom(answering(500, 'InternalError'), { retry: { attempts: 10 } });
    expect(requests).toBe(6);
    expect(error).toMatchObject({ message: expect.stringContaining('too many other requests') as string });
  });

  it('counts what was asked to wait, what was sent again and how long that waited', async () => {
    const odd = await openOddStore(
      (response, _seen, n) => {
        if (n < 2) return s3Error(response, 503, 'SlowDown');
        if (n === 2) return response.destroy();
        response.writeHead(200, { etag: '"e"', 'content-length': 2 }).end('ok');
      },
      { retry: { attempts: 4, baseDelayMs: 1, random: () => 1 } },
    );
    await odd.store.get('a');
    await odd.close();
    expect(odd.counts).toMatchObject({ get: 4, throttled: 2, retried: 3, waitedMs: 5 + 10 });
    expect(odd.counts.tookMs).toBeGreaterThanOrEqual(odd.counts.waitedMs);
  });

  it('spreads its attempts by full jitter, over a doubling ceiling', async () => {
    const waits: number[] = [];
    const sleep = (ms: number): Promise<void> => Promise.resolve(void waits.push(ms));
    await getFrom(answering(500, 'InternalError'), { retry: { attempts: 4, baseDelayMs: 100, random: () => 0.5, sleep } });
    await getFrom(answering(503, 'SlowDown'), { retry: { attempts: 3, baseDelayMs: 100, random: () => 1, sleep } });
    expect(waits).toEqual([50, 100, 200, 500, 1000]);
  });

  it('is STORE_UNREACHABLE when nobody listens', async () => {
    const server = await startOddServer(() => undefined);
    await server.close();
    const connection = createS3Connection({ ...LOCATION, endpoint: server.endpoint }, ANY_KEYS, {
      retry: { attempts: 2, baseDelayMs: 0 },
    });
    const counts = noRequests();
    await expect(openDatastore(connection, counts).head('a')).rejects.toMatchObject({
      name: 'TransientError',
      code: 'STORE_UNREACHABLE',
      message: expect.stringMatching(
        /no connection to http:.*: nothing listens there: check .* `endpoint` and its port/,
      ) as string,
    });
    expect(counts.head).toBe(2);
  });

  it('is STORE_TIMEOUT when no answer comes', async () => {
    const { error, requests } = await getFrom(() => undefined, { timeouts: { requestMs: 50 }, retry: { attempts: 10 } });
    expect(requests).toBe(4);
    expect(error).toMatchObject({ name: 'TransientError', code: 'STORE_TIMEOUT' });
  });

  it('is STORE_TIMEOUT when a body stops in the middle', async () => {
    const { error } = await getFrom(
      (response) => {
        response.writeHead(200, { etag: '"e"', 'content-length': 10 });
        response.write('half');
      },
      { timeouts: { idleMs: 50 }, retry: { attempts: 2 } },
    );
    expect(error).toMatchObject({ name: 'TransientError', code: 'STORE_TIMEOUT' });
  });

  it('is STORE_FAILED when the answer is not HTTP', async () => {
    const { error } = await getFrom((response) => response.socket?.end('nonsense\r\n\r\n'));
    expect(error).toMatchObject({ name: 'TransientError', code: 'STORE_FAILED' });
  });
});

describe('translate', () => {
  const systemError = (code: string): Error => Object.assign(new Error(`getaddrinfo ${code} s3.exmaple.com`), { code });
  const asError = (error: Error): FlotillaError => {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return translate(LOCATION, OPERATIONS.get('a'), { fault, attempts: 1 });
  };

  // Loopback has no resolver to ask: these are the errors that node's resolver gives.
  it('tells a host that does not exist from a resolver that does not answer', () => {
    expect(asError(systemError('ENOTFOUND'))).toMatchObject({ name: 'ConfigError', code: 'ENDPOINT_UNKNOWN' });
    expect(asError(systemError('EAI_AGAIN'))).toMatchObject({ name: 'TransientError', code: 'STORE_UNREACHABLE' });
  });

  it('leaves bugs alone', () => {
    expect(faultOf(new TypeError('x is not a function'))).toBeUndefined();
    expect(faultOf('text')).toBeUndefined();
  });
});
