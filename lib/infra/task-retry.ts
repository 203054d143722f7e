import { Duration } from 'aws-cdk-lib/core';
import { JitterType } from 'aws-cdk-lib/aws-stepfunctions';
import type { RetryProps } from 'aws-cdk-lib/aws-stepfunctions';

/**
 * A provider or table that throttles or is out of reach: up to ten minutes of patience, spread out at random. No pause lasts
 * longer than half a lease, which the run has to renew meanwhile (LOCK_LEASE_SECONDS).
 */
const TRANSIENT: RetryProps = {
  errors: ['TransientError'],
  interval: Duration.seconds(10),
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  maxAttempts: 12,
  jitterStrategy: JitterType.FULL,
};

/** The Lambda service itself; TooManyRequests is what a new account's small concurrency answers. */
const SERVICE: RetryProps = {
  errors: [
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.TooManyRequestsException',
  ],
  interval: Duration.seconds(2),
  backoffRate: 2,
  maxDelay: Duration.minutes(1),
  maxAttempts: 8,
  jitterStrategy: JitterType.FULL,
};

/** The environment died under the handler; every handler may run again with the same input. */
const CRASHED: RetryProps = {
  errors: ['Sandbox.Timedout', 'Runtime.ExitError', 'Lambda.Unknown', 'States.Timeout'],
  interval: Duration.seconds(30),
  maxAttempts: 2,
};

/** What every task of the machine retries. Config, data and conflict errors and bugs are not among them. */
export const TASK_RETRIES: readonly RetryProps[] = [TRANSIENT, SERVICE, CRASHED];
