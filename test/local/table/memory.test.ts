import { once } from 'node:events';
import { connect } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openRunStore } from '../../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../../lib/local/table/memory.ts';
import { sweep } from '../../../lib/local/table/sweep.ts';

describe('openMemoryTable', () => {
  it('serves a table until it is closed, which may be done twice', async () => {
    const table = await openMemoryTable();
    const store = openRunStore({ table: table.name, environment: table.environment });
    expect(await store.listRuns('job', 1)).toEqual([]);
    await table.close();
    await table.close();
    const { endpoint, region, credentials } = table;
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1 }));
    const closed = openRunStore({ table: table.name, client });
    await expect(closed.listRuns('job', 1)).rejects.toMatchObject({ name: 'TransientError', code: 'TABLE_UNREACHABLE' });
  });

  it('outlives a client that dies in the middle of a request', async () => {
    const table = await openTable();
    const { hostname, port } = new URL(table.endpoint);
    const socket = connect(Number(port), hostname);
    const head = ['POST / HTTP/1.1', 'host: x', `authorization: AWS4-HMAC-SHA256 Credential=${table.credentials.accessKeyId}/`];
    socket.write([...head, 'content-length: 100', '', 'half'].join('\r\n'));
    await once(socket, 'ready');
    socket.resetAndDestroy();
    await once(socket, 'close');
    const store = openRunStore({ table: table.name, environment: table.environment });
    expect(await store.listRuns('job', 1)).toEqual([]);
  });
});

describe('sweep', () => {
  it('deletes what has expired and nothing else', async () => {
    const table = await openTable();
    const { endpoint, region, credentials } = table;
    const client = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
    const items = [{ sk: 'old', 'expires-at': 99 }, { sk: 'new', 'expires-at': 100 }, { sk: 'everlasting' }];
    for (const item of items) await client.send(new PutCommand({ TableName: table.name, Item: { pk: 'a', ...item } }));
    await sweep(table, 100, new AbortController().signal);
    const { Items: left = [] } = await client.send(new ScanCommand({ TableName: table.name }));
    expect(left.map((item) => String(item['sk']))).toEqual(['everlasting', 'new']);
  });
});

async function openTable(): Promise<LocalTable> {
  const table = await openMemoryTable();
  onTestFinished(() => table.close());
  return table;
}
