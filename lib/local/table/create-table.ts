import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { LocalTable } from './local-table.ts';

const POLL_MS = 5;

/** Creates the table as the stack does: string keys `pk` and `sk`. Resolves when it is active; throws when it is there already. */
export async function createTable(table: Omit<LocalTable, 'close'>): Promise<void> {
  const client = new DynamoDBClient({ endpoint: table.endpoint, region: table.region, credentials: table.credentials });
  try {
    await client.send(
      new CreateTableCommand({
        TableName: table.name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    while (!(await isActive(client, table.name))) await sleep(POLL_MS);
  } finally {
    client.destroy();
  }
}

async function isActive(client: DynamoDBClient, name: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: name }));
  return Table?.TableStatus === 'ACTIVE';
}
