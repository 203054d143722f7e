import { Annotations, ArnFormat, Stack } from 'aws-cdk-lib/core';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { LayoutName } from '../datastore/location.ts';
import { acknowledgeResource } from './acknowledge.ts';

/** What infra needs to know of a datastore: members of the job's document. */
export interface DatastorePlace {
  readonly id: string;
  readonly layout: LayoutName;
  readonly bucket: string;
  readonly prefix: string;
  readonly endpoint?: string | undefined;
  readonly credentials?: string | undefined;
}

/** Below this part of a datastore, and nowhere else, may remove-vanished delete. Chunks are PBS's garbage collection's. */
const REMOVABLE: Readonly<Record<LayoutName, string>> = { pbs: '.cnt/' };

/**
 * Lets a function read, write or remove in a datastore. A bucket on AWS without credentials of its own is reached with the
 * function's role; any other datastore with what its secret says.
 */
export function grantDatastore(
  fn: LambdaFunction,
  place: DatastorePlace,
  ...access: readonly ('read' | 'write' | 'remove')[]
): void {
  if (place.credentials !== undefined) return grantCredentials(fn, place.id, place.credentials);
  if (place.endpoint !== undefined) return;
  const objects = `${place.prefix}/`;
  if (access.includes('read')) grantRead(fn, place.bucket, objects);
  if (access.includes('write')) grantObjects(fn, place.bucket, objects, ['s3:PutObject', 's3:AbortMultipartUpload']);
  if (access.includes('remove')) grantObjects(fn, place.bucket, `${objects}${REMOVABLE[place.layout]}`, ['s3:DeleteObject']);
}

/** To those who may not list, S3 answers "denied" for a key that is not there: absence needs ListBucket. */
function grantRead(fn: LambdaFunction, bucket: string, prefix: string): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [bucketArn(fn, bucket)],
      conditions: { StringLike: { 's3:prefix': `${prefix}*` } },
    }),
  );
  grantObjects(fn, bucket, prefix, ['s3:GetObject']);
}

function grantObjects(fn: LambdaFunction, bucket: string, prefix: string, actions: string[]): void {
  const resource = `${bucketArn(fn, bucket)}/${prefix}*`;
  fn.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
  acknowledgeResource(
    fn.role ?? fn,
    resource,
    'The objects of one datastore: their keys follow from the backups, and no key outside its prefix matches.',
  );
}

function grantCredentials(fn: LambdaFunction, datastore: string, credentials: string): void {
  const [kind, name = ''] = split(credentials);
  if (kind !== 'secret') {
    Annotations.of(fn).addWarningV2(
      `flotilla:credentials:${datastore}`,
      `datastore ${datastore}: credentials "${credentials}" exist on the machine that deploys, not in a Lambda function: a deployed run ` +
        'cannot open it. Put the keys into AWS Secrets Manager and say "credentials: secret:<name>".',
    );
    return;
  }
  const resource = secretArn(fn, name);
  fn.addToRolePolicy(new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [resource] }));
  if (!name.startsWith('arn:'))
    acknowledgeResource(fn.role ?? fn, resource, 'Secrets Manager ends the ARN of a named secret with six random characters.');
}

function split(credentials: string): [kind: string, name: string | undefined] {
  const colon = credentials.indexOf(':');
  return [credentials.slice(0, colon), credentials.slice(colon + 1)];
}

function secretArn(fn: LambdaFunction, name: string): string {
  if (name.startsWith('arn:')) return name;
  return Stack.of(fn).formatArn({
    service: 'secretsmanager',
    resource: 'secret',
    resourceName: `${name}-??????`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
}

function bucketArn(fn: LambdaFunction, bucket: string): string {
  return Stack.of(fn).formatArn({ service: 's3', region: '', account: '', resource: bucket });
}
