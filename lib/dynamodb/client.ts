import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';

/** Where the table is reached when no client is given; `environment` stands for process.env. */
export interface TableEndpoint {
  readonly endpoint?: string;
  readonly region?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The SDK's pauses before its tries begin at 25 ms and double: ten of them outlast a new local host, or a burst of throttling. */
const MAX_ATTEMPTS = 10;
const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;

/**
 * A document client. The local table's own credentials come as FLOTILLA_TABLE_ACCESS_KEY_ID and
 * FLOTILLA_TABLE_SECRET_ACCESS_KEY, so that they never shadow the AWS credentials of a datastore; else the SDK's default chain.
 */
export function openClient(at: TableEndpoint): DynamoDBDocumentClient {
  const endpoint = at.endpoint ?? at.environment['AWS_ENDPOINT_URL_DYNAMODB'];
  const region = at.region ?? at.environment['AWS_REGION'] ?? at.environment['AWS_DEFAULT_REGION'];
  const credentials = readCredentials(at.environment);
  const client = new DynamoDBClient({
    maxAttempts: MAX_ATTEMPTS,
    requestHandler: new NodeHttpHandler({
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint !== undefined && region === undefined ? { region: 'local' } : {}),
    ...(credentials === undefined ? {} : { credentials }),
  });
  return DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
}

function readCredentials(
  environment: TableEndpoint['environment'],
): { accessKeyId: string; secretAccessKey: string } | undefined {
  const accessKeyId = environment['FLOTILLA_TABLE_ACCESS_KEY_ID'];
  const secretAccessKey = environment['FLOTILLA_TABLE_SECRET_ACCESS_KEY'];
  return accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
}
