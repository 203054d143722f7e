import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConditionalCheckFailedException, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DeleteCommandInput,
  DynamoDBDocumentClient,
  paginateScan,
  type ScanCommandInput,
} from '@aws-sdk/lib-dynamodb';
import type { LocalTable } from './local-table.ts';

const DAY_MS = 86_400_000;

/** Deletes what has expired when a day has passed since the last time: dynalite has no TTL. */
export async function sweepDaily(folder: string, table: Omit<LocalTable, 'close'>, signal: AbortSignal): Promise<void> {
  const mark = join(folder, 'swept');
  const last = await stat(mark).then(
    (found) => found.mtimeMs,
    () => 0,
  );
  if (Date.now() - last < DAY_MS) return;
  await sweep(table, Math.floor(Date.now() / 1000), signal);
  if (!signal.aborted) await writeFile(mark, '');
}

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
