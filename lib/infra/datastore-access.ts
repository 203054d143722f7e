import { Annotations, Stack } from 'aws-cdk-lib/core';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { endpointSpace } from '../datastore/endpoint-space.ts';
import type { LayoutName } from '../datastore/location.ts';
import { grantObjects, grantRead } from './bucket-access.ts';
import { grantSecret, secretOf } from './secret-access.ts';

/** What infra needs to know of a datastore: members of the job's document. */
export interface DatastorePlace {
  readonly id: string;
  readonly layout: LayoutName;
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint?: string;
  readonly credentials?: string;
}

/** The layouts' metadata: remove-vanished may delete there. Chunks are left to the garbage collection of PBS. */
export const REMOVABLE: Readonly<Record<LayoutName, string>> = { pbs: '.cnt/' };

const REASON = 'The objects of one datastore: their keys follow from the backups, and no key outside of its prefix matches.';

/**
 * Lets a function read, write or remove in a datastore. A bucket on AWS without credentials of its own is reached with the
 * function's role; any other datastore with what its secret says.
 */
export function grantDatastore(
  fn: LambdaFunction,
  place: DatastorePlace,
  ...access: readonly ('read' | 'write' | 'remove')[]
): void {
  if (place.credentials !== undefined) return grantSecret(fn, place.credentials);
  if (!isOnAws(place)) return;
  const bucketArn = Stack.of(fn).formatArn({ service: 's3', region: '', account: '', resource: place.bucket });
  const all = { bucketArn, prefix: `${place.prefix}/`, reason: REASON };
  const removable = { ...all, prefix: `${all.prefix}${REMOVABLE[place.layout]}` };
  if (access.includes('read')) grantRead(fn, all);
  if (access.includes('write')) grantObjects(fn, all, ['s3:PutObject', 's3:AbortMultipartUpload']);
  if (access.includes('remove')) grantObjects(fn, removable, ['s3:DeleteObject']);
}

/** Warns of a datastore that no deployed function can open. */
export function warnOfCredentials(scope: Construct, place: DatastorePlace): void {
  const { id, credentials } = place;
  if (credentials === undefined ? isOnAws(place) : secretOf(credentials) !== undefined) return;
  const problem =
    credentials === undefined
      ? "has an endpoint and no credentials, and the role of a Lambda function is worth nothing outside of AWS's own"
      : `has the credentials "${credentials}", which are on your machine and not in a Lambda function`;
  Annotations.of(scope).addWarningV2(
    `flotilla:credentials:${id}`,
    `datastore ${id} ${problem}: deployed runs cannot open it. Put its keys into AWS Secrets Manager and write "credentials: secret:<name>".`,
  );
}

/** AWS by no endpoint, or by one of its own written out. */
function isOnAws({ endpoint }: DatastorePlace): boolean {
  return endpointSpace(endpoint) === 'aws';
}
