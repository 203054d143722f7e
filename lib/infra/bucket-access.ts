import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { acknowledgeResource } from './acknowledge.ts';

/** A part of a bucket. */
export interface BucketPart {
  readonly bucketArn: string;
  /** With its closing slash. */
  readonly prefix: string;
  /** Why it takes a wildcard to name it. */
  readonly reason: string;
}

/** Lets a function list and read one part of a bucket. */
export function grantRead(fn: LambdaFunction, part: BucketPart): void {
  fn.addToRolePolicy(
    new PolicyStatement({
      // To those who may not list, S3 answers "denied" for a key that is not there (facts/aws.md 3.2b). A GET or HEAD names no
      // prefix: without IfExists the condition could fail for it, and a missing chunk would read as a denied one.
      actions: ['s3:ListBucket'],
      resources: [part.bucketArn],
      conditions: { StringLikeIfExists: { 's3:prefix': `${part.prefix}*` } },
    }),
  );
  grantObjects(fn, part, ['s3:GetObject']);
}

/** Lets a function do something to each object in one part of a bucket. */
export function grantObjects(fn: LambdaFunction, { bucketArn, prefix, reason }: BucketPart, actions: string[]): void {
  const resource = `${bucketArn}/${prefix}*`;
  fn.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
  acknowledgeResource(fn.role ?? fn, resource, reason);
}
