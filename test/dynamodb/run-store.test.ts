import { openRunStore } from '../../lib/dynamodb/run-store.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import { describeRunStore } from '../contract/run-store.ts';
import { memoryRunStore } from '../support/memory-run-store.ts';

describeRunStore('openRunStore', async () => {
  const table = await openMemoryTable();
  const store = openRunStore({ table: table.name, environment: table.environment });
  return { store, close: () => table.close() };
});

describeRunStore('memoryRunStore', async () => ({ store: memoryRunStore(), close: async () => {} }));
