import { createServer, type RequestListener } from 'node:http';
import { once } from 'node:events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openClient } from '../../lib/dynamodb/client.ts';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { RunStore } from '../../lib/sync/run-store.ts';

const REF = { job: 'job', id: 'run-1', startedAt: '2025-11-01T08:00:00.000Z' };

describe('what goes wrong at the table', () => {
  it.each([
    ['ProvisionedThroughputExceededException', 400, 'TransientError', 'TABLE_THROTTLED'],
    ['ThrottlingException', 400, 'TransientError', 'TABLE_THROTTLED'],
    ['RequestLimitExceeded', 400, 'TransientError', 'TABLE_THROTTLED'],
    ['InternalServerError', 500, 'TransientError', 'TABLE_UNREACHABLE'],
    ['SomethingNew', 503, 'TransientError', 'TABLE_UNREACHABLE'],
    ['AccessDeniedException', 400, 'ConfigError', 'TABLE_ACCESS_DENIED'],
    ['UnrecognizedClientException', 400, 'ConfigError', 'TABLE_ACCESS_DENIED'],
    ['ExpiredTokenException', 400, 'ConfigError', 'TABLE_ACCESS_DENIED'],
    ['ResourceNotFoundException', 400, 'ConfigError', 'TABLE_NOT_FOUND'],
  ])('is told apart: %s with status %i is a %s', async (type, status, name, code) => {
    const store = await openAgainst((_, response) => {
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'no' }));
    });
    const failure = await store.loadRun(REF).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name, code, cause: { name: type } });
    expect(String(failure)).toContain('table-1');
  });

  it('is a TransientError when the connection breaks before the answer', async () => {
    const store = await openAgainst((request) => request.socket.destroy());
    await expect(store.loadRun(REF)).rejects.toMatchObject({ name: 'TransientError', code: 'TABLE_UNREACHABLE' });
  });

  it('is a TransientError when nobody listens', async () => {
    const store = openRunStore({ table: 'table-1', client: clientOf('http://127.0.0.1:1') });
    await expect(store.loadRun(REF)).rejects.toMatchObject({ name: 'TransientError', code: 'TABLE_UNREACHABLE' });
  });

  it('is a ConfigError when there are no credentials', async () => {
    const credentials = async (): Promise<never> => {
      throw Object.assign(new Error('no providers'), { name: 'CredentialsProviderError' });
    };
    const client = new DynamoDBClient({ endpoint: 'http://127.0.0.1:1', region: 'local', credentials });
    const store = openRunStore({ table: 'table-1', client: DynamoDBDocumentClient.from(client) });
    await expect(store.loadRun(REF)).rejects.toMatchObject({ name: 'ConfigError', code: 'TABLE_ACCESS_DENIED' });
  });

  it('is a ConfigError when the region is not known', async () => {
    const region = async (): Promise<never> => {
      throw new Error('Region is missing');
    };
    const client = new DynamoDBClient({ region });
    const store = openRunStore({ table: 'table-1', client: DynamoDBDocumentClient.from(client) });
    await expect(store.loadRun(REF)).rejects.toMatchObject({ name: 'ConfigError', code: 'TABLE_REGION_MISSING' });
  });

  it('stays what it is when it is a bug', async () => {
    const store = await openAgainst((_, response) => {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message: 'bad expression' }));
    });
    await expect(store.loadRun(REF)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  it('is a ConfigError that names the item when it is not as Flotilla writes it', async () => {
    const table = await openMemoryTable();
    onTestFinished(() => table.close());
    const store = openRunStore({ table: table.name, environment: table.environment });
    const item = { pk: 'RUNS#job', sk: `${REF.startedAt}#${REF.id}`, ...REF, state: 'dancing' };
    await openClient(table).send(new PutCommand({ TableName: table.name, Item: item }));
    await expect(store.loadRun(REF)).rejects.toMatchObject({ name: 'ConfigError', code: 'TABLE_ITEM_INVALID' });
    await expect(store.loadRun(REF)).rejects.toThrow(`RUNS#job / ${item.sk}`);
  });
});

async function openAgainst(answer: RequestListener): Promise<RunStore> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  return openRunStore({ table: 'table-1', client: clientOf(`http://127.0.0.1:${port}`) });
}

function clientOf(endpoint: string): DynamoDBDocumentClient {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  return DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region: 'local', credentials, maxAttempts: 1 }));
}
