import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import type { LocalTable } from './local-table.ts';

const DAY_MS = 86_400_000;

/** Deletes what has expired when a day has passed since the last time: dynalite has no TTL. A failure is left to the next host. */
export async function sweepDaily(folder: string, table: Omit<LocalTable, 'close'>, signal: AbortSignal): Promise<void> {
  const mark = join(folder, 'swept');
  const last = await stat(mark).then(
    (found) => found.mtimeMs,
    () => 0,
  );
  if (Date.now() - last < DAY_MS) return;
  try {
    await sweep(table, Math.floor(Date.now() / 1000), signal);
    if (!signal.aborted) await writeFile(mark, '');
  } catch (error) {
    console.error('expired items were not deleted:', error);
  }
}

/** Deletes all items whose `expires-at` lies before `now`, both in epoch seconds. */
export async function sweep(table: Omit<LocalTable, 'close'>, now: number, signal: AbortSignal): Promise<void> {
  const { endpoint, region, credentials } = table;
  const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  const expired = {
    ExpressionAttributeNames: { '#ttl': 'expires-at' },
    ExpressionAttributeValues: { ':now': now },
  };
  const scan = { TableName: table.name, FilterExpression: '#ttl < :now', ProjectionExpression: 'pk, sk', ...expired };
  try {
    for await (const page of paginateScan({ client }, scan)) {
      for (const item of page.Items ?? []) {
        if (signal.aborted) return;
        await deleteUnlessRenewed(client, { TableName: table.name, Key: item, ConditionExpression: '#ttl < :now', ...expired });
      }
    }
  } finally {
    client.destroy();
  }
}

async function deleteUnlessRenewed(client: DynamoDBDocumentClient, input: DeleteCommand['input']): Promise<void> {
  try {
    await client.send(new DeleteCommand(input));
  } catch (error) {
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
  }
}
