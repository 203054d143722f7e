import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { acknowledgeResource } from './acknowledge.ts';

/** Lets a function read and write plans and reports. */
export function grantControl(fn: LambdaFunction, bucket: IBucket): void {
  const resource = bucket.arnForObjects('*');
  fn.addToRolePolicy(new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [resource] }));
  acknowledgeResource(
    fn.role ?? fn,
    resource,
    'Plans and reports: their keys hold the names of runs, which are not known before.',
  );
}
