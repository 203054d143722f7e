import { createHmac, hash } from 'node:crypto';

/** What requests are signed with. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** Where a signature holds. */
export interface SigningScope {
  readonly region: string;
  /** `s3`, or what an access point calls itself. */
  readonly service: string;
}

/** A request as it is sent. */
export interface Signable {
  readonly method: string;
  /** Percent-encoded, as it is sent. */
  readonly path: string;
  /** Percent-encoded, in the order of its names; '' for none. */
  readonly query: string;
  /** All that is to be signed, `host` included; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string;
}

/** SHA-256 of nothing. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
export const UNSIGNED_PAYLOAD = 'UNSIGNED-PAYLOAD';

/** Signs requests for one scope: the headers to send, `authorization` among them (S3 API reference, "Authenticating requests"). */
export type Signer = (request: Signable, keys: SigningKeys, now: Date) => Readonly<Record<string, string>>;

export function createSigner({ region, service }: SigningScope): Signer {
  const signingKey = createKeyCache(region, service);
  return (request, keys, now) => {
    const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-content-sha256': request.payloadHash,
      'x-amz-date': time,
      ...(keys.sessionToken ? { 'x-amz-security-token': keys.sessionToken } : {}),
    };
    const names = Object.keys(headers).sort();
    const signedHeaders = names.join(';');
    const canonical = canonicalRequest(request, names, headers);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const stringToSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', signingKey(keys.secretAccessKey, day)).update(stringToSign).digest('hex');
    const credential = `${keys.accessKeyId}/${scope}`;
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
    return headers;
  };
}

function canonicalRequest(request: Signable, names: readonly string[], headers: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const name of names) lines += `${name}:${canonicalValue(headers[name] ?? '')}\n`;
  return `${request.method}\n${request.path}\n${request.query}\n${lines}\n${names.join(';')}\n${request.payloadHash}`;
}

function canonicalValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

/** The key of one secret and day, which is nearly always that of the next request. */
function createKeyCache(region: string, service: string): (secret: string, day: string) => Buffer {
  let last: { readonly secret: string; readonly day: string; readonly key: Buffer } | undefined;
  return (secret, day) => {
    if (last?.secret !== secret || last.day !== day) {
      const steps = [day, region, service, 'aws4_request'];
      const key = steps.reduce<Buffer>(
        (before, step) => createHmac('sha256', before).update(step).digest(),
        Buffer.from(`AWS4${secret}`),
      );
      last = { secret, day, key };
    }
    return last.key;
  };
}
