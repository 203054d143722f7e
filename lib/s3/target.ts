import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { S3Client } from '@aws-sdk/client-s3';
import { ConfigError } from '../errors.ts';
import type { BucketLocation } from './place.ts';
import type { SigningScope } from './sigv4.ts';

/** The server of one bucket, and where its keys are there. */
export interface Target {
  /** A name or an address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly encrypted: boolean;
  /** The Host header. */
  readonly authority: string;
  /** What stands before a key: `/` or `/bucket/`, after what the endpoint's own path says. */
  readonly path: string;
  readonly scope: SigningScope;
}

/** The parts of a resolved request and its context that are looked at. */
interface Resolved {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
}
interface AuthScheme {
  readonly name: string;
  readonly signingName?: string;
  readonly signingRegion?: string;
}

const KEY = '-';

/**
 * Asks the SDK where it would send a request for an object, and sends nothing: so FIPS, dual-stack and AWS_ENDPOINT_URL_S3 of the
 * environment, access point ARNs and bucket names with dots mean here what they mean there.
 */
export async function resolveTarget(client: S3Client, location: BucketLocation): Promise<Target> {
  const command = new GetObjectCommand({ Bucket: location.bucket, Key: KEY });
  const { promise, resolve } = Promise.withResolvers<Target>();
  command.middlewareStack.add(
    (_next, context) => (args) => {
      const schemes = context.endpointV2?.properties?.['authSchemes'] as readonly AuthScheme[] | undefined;
      resolve(targetOf(args.request as Resolved, schemes?.[0], location));
      return Promise.resolve({ response: {}, output: { $metadata: {} } });
    },
    { step: 'build', priority: 'low', name: 'resolveTarget' },
  );
  await client.send(command);
  return promise;
}

function targetOf(request: Resolved, scheme: AuthScheme | undefined, location: BucketLocation): Target {
  if (scheme !== undefined && scheme.name !== 'sigv4') {
    throw new ConfigError(
      'BUCKET_UNSUPPORTED',
      `datastore ${location.id}: bucket ${location.bucket} wants the signature ${scheme.name}: multi-region access points and directory buckets are not supported, name a bucket`,
      { context: { datastore: location.id } },
    );
  }
  const { hostname, port, path } = request;
  const encrypted = request.protocol === 'https:';
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ?? (encrypted ? 443 : 80),
    encrypted,
    authority: port === undefined ? hostname : `${hostname}:${port}`,
    path: path.slice(0, -KEY.length),
    scope: { region: scheme?.signingRegion ?? location.region, service: scheme?.signingName ?? 's3' },
  };
}
