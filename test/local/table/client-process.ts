import { createInterface } from 'node:readline';
import { openRunStore } from '../../../lib/dynamodb/run-store.ts';
import { openLocalTable } from '../../../lib/local/table/open.ts';
import { LEASE_MS } from './local-table-kit.ts';

/** A process that uses a folder's table: each line of its input is the name of a group, which it locks; it prints the answer. */
const [folder = '', owner = ''] = process.argv.slice(2);
const table = await openLocalTable(folder, 'flotilla');
const store = openRunStore({ table: table.name, environment: table.environment });
console.log(JSON.stringify({ endpoint: table.endpoint }));
for await (const name of createInterface({ input: process.stdin })) {
  const answer = await store.acquireLock({ target: 'target', group: { namespace: '', name } }, owner, Date.now(), LEASE_MS);
  console.log(JSON.stringify('lock' in answer ? { fence: answer.lock.fence } : { heldBy: answer.heldBy }));
}
await table.close();
