import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  paginateScan,
  type ScanCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { LocalTable } from './local-table.ts';

/** Deletes all items whose `expires-at` lies before `now`, both in epoch seconds. */
export async function sweep(table: Omit<LocalTable, 'close'>, now: number, signal: AbortSignal): Promise<void> {
  const { endpoint, region, credentials } = table;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  const expired = {
    TableName: table.name,
    ExpressionAttributeNames: { '#ttl': 'expires-at' },
    ExpressionAttributeValues: { ':now': now },
  };
  try {
    for await (const key of listKeys(client, { ...expired, FilterExpression: '#ttl < :now' })) {
      if (signal.aborted) return;
      await deleteUnlessRenewed(client, { ...expired, Key: key, ConditionExpression: '#ttl < :now' });
    }
  } finally {
    client.destroy();
  }
}

async function* listKeys(client: DynamoDBDocumentClient, scan: ScanCommandInput): AsyncGenerator<Record<string, unknown>> {
  for await (const page of paginateScan({ client }, { ...scan, ProjectionExpression: 'pk, sk' })) yield* page.Items ?? [];
}

async function deleteUnlessRenewed(client: DynamoDBDocumentClient, input: DeleteCommandInput): Promise<void> {
  try {
    await client.send(new DeleteCommand(input));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
