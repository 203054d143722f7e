import {
  CloudFormationClient,
  type CloudFormationClientConfig,
  DescribeStacksCommand,
  type Output,
} from '@aws-sdk/client-cloudformation';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { ConfigError, TransientError } from '../errors.ts';
import type { CliContext } from './context.ts';

/** What all jobs of a deployed system share: the outputs of its stack. */
export interface Deployed {
  readonly table: string;
  readonly controlBucket: string;
  readonly region: string;
}

export const DEFAULT_STACK = 'Flotilla';

const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 20_000;

/** What CloudFormation answers to keys that it does not know, or that may not ask it. */
const REFUSALS = [
  ...['AccessDenied', 'AccessDeniedException', 'InvalidClientTokenId', 'SignatureDoesNotMatch'],
  ...['ExpiredToken', 'ExpiredTokenException', 'UnrecognizedClientException', 'OptInRequired'],
];

/**
 * Asks CloudFormation for a deployed system, with the region and the credentials of AWS's usual variables and files. Throws a
 * `ConfigError` that says what is missing, or a `TransientError` when there is no answer.
 */
export async function findDeployed(stack: string, { environment }: Pick<CliContext, 'environment'>): Promise<Deployed> {
  const client = openClient(environment);
  try {
    const region = await client.config.region();
    const answer = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = answer.Stacks?.[0]?.Outputs ?? [];
    return { table: valueOf(outputs, 'TableName', stack), controlBucket: valueOf(outputs, 'ControlBucketName', stack), region };
  } catch (error) {
    throw translate(error, stack);
  } finally {
    client.destroy();
  }
}

function openClient(environment: CliContext['environment']): CloudFormationClient {
  const endpoint = environment['AWS_ENDPOINT_URL_CLOUDFORMATION'];
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const credentials = keysOf(environment);
  return new CloudFormationClient({
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    ...(credentials !== undefined && { credentials }),
    requestHandler: new NodeHttpHandler({
      ...{ connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
      throwOnRequestTimeout: true,
    }),
  });
}

/** The keys of AWS's variables; without them the SDK looks where it always does. */
function keysOf(environment: CliContext['environment']): CloudFormationClientConfig['credentials'] | undefined {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret, AWS_SESSION_TOKEN: token } = environment;
  if (id === undefined || secret === undefined) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token !== undefined && { sessionToken: token }) };
}

function valueOf(outputs: readonly Output[], key: string, stack: string): string {
  const value = outputs.find(({ OutputKey }) => OutputKey === key)?.OutputValue;
  if (value !== undefined) return value;
  throw new ConfigError(
    'STACK_UNKNOWN',
    `stack ${stack} has no output ${key}: it is none of Flotilla's, or older; deploy it again`,
  );
}

function translate(error: unknown, stack: string): unknown {
  if (!(error instanceof Error) || error instanceof ConfigError) return error;
  const { name, message } = error;
  if (message.startsWith('Region is missing')) {
    return new ConfigError('AWS_REGION_MISSING', 'in which region is the deployed system? Set AWS_REGION, or AWS_PROFILE');
  }
  if (name === 'CredentialsProviderError') {
    const advice = 'set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
    return new ConfigError('AWS_CREDENTIALS_MISSING', `there are no credentials for AWS: ${advice}`, { cause: error });
  }
  if (name === 'ValidationError' && message.includes('does not exist')) {
    const advice = 'is it another region (AWS_REGION) or account? --deployed takes the word after it for the name of a stack';
    return new ConfigError('STACK_UNKNOWN', `there is no stack ${stack} there: ${advice}`, { cause: error });
  }
  if (REFUSALS.includes(name)) {
    const advice = 'it wants credentials that may cloudformation:DescribeStacks';
    return new ConfigError('AWS_ACCESS_DENIED', `CloudFormation refuses to describe stack ${stack}; ${advice}`, { cause: error });
  }
  return new TransientError('AWS_UNREACHABLE', `CloudFormation did not describe stack ${stack}; try again`, { cause: error });
}
