import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openClient } from '../../lib/dynamodb/client.ts';
import { openNoticeStore } from '../../lib/dynamodb/notices.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import { describeNoticeStore } from '../contract/notice-store.ts';
import { memoryNoticeStore } from '../support/memory-notice-store.ts';
import { openForgetfulClient } from './open-client.ts';

describeNoticeStore('memoryNoticeStore', async () => ({ store: memoryNoticeStore(), close: async () => {} }));

describeNoticeStore('openNoticeStore', () => openOnMemoryTable(openClient));

describeNoticeStore('openNoticeStore when the first answer to each write is lost', () => openOnMemoryTable(openForgetfulClient));

async function openOnMemoryTable(connect: (table: LocalTable) => DynamoDBDocumentClient) {
  const table = await openMemoryTable();
  return { store: openNoticeStore({ table: table.name, client: connect(table) }), close: () => table.close() };
}
