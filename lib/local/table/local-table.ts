/** A DynamoDB table on loopback, and how to reach it. */
export interface LocalTable {
  readonly name: string;
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** What a handler's environment needs, under names that do not shadow the AWS credentials of a datastore. */
  readonly environment: Readonly<Record<string, string>>;
  /** Ends the use of the table. Safe to call twice. */
  close(): Promise<void>;
}

const REGION = 'local';

/** Describes a table that is served on a loopback port to those who know the access key. */
export function describeLocalTable(name: string, port: number, accessKeyId: string): Omit<LocalTable, 'close'> {
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = { accessKeyId, secretAccessKey: accessKeyId };
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    FLOTILLA_TABLE_ACCESS_KEY_ID: credentials.accessKeyId,
    FLOTILLA_TABLE_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return { name, endpoint, region: REGION, credentials, environment };
}
