import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openClient } from '../../lib/dynamodb/client.ts';
import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import { describeRunStore, type OpenedRunStore } from '../contract/run-store.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';
import { openForgetfulClient } from './open-client.ts';

describeRunStore('memoryRunStore', async () => ({ store: memoryRunStore(), close: async () => {} }));

describeRunStore('openRunStore', () => openOnMemoryTable(openClient));

describeRunStore('openRunStore when the first answer to each write is lost', () => openOnMemoryTable(openForgetfulClient));

async function openOnMemoryTable(connect: (table: LocalTable) => DynamoDBDocumentClient): Promise<OpenedRunStore> {
  const table = await openMemoryTable();
  const store = openRunStore({ table: table.name, client: connect(table) });
  return { store, close: () => table.close() };
}
