import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { grantObjects, grantRead } from './bucket-access.ts';

/** Where runs leave their plans and reports in the control bucket (sync/run-files.ts). */
export const RUNS_PREFIX = 'runs/';

/** Lets a function read and write what the runs of one job leave in the control bucket. */
export function grantControl(fn: LambdaFunction, bucket: IBucket, job: string): void {
  const prefix = `${RUNS_PREFIX}${job}/`;
  const reason = 'Plans and reports of one job: their keys hold the names of its runs, which are not known before.';
  grantRead(fn, { bucketArn: bucket.bucketArn, prefix, reason });
  grantObjects(fn, { bucketArn: bucket.bucketArn, prefix, reason }, ['s3:PutObject']);
}
