import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { openClient } from '../../lib/dynamodb/client.ts';
import { openLeaseStore } from '../../lib/dynamodb/leases.ts';
import type { LocalTable } from '../../lib/local/table/local-table.ts';
import { openMemoryTable } from '../../lib/local/table/memory.ts';
import type { Span } from '../../lib/limits/lease-store.ts';
import { describeLeaseStore, type OpenedLeaseStore } from '../contract/lease-store.ts';
import { memoryLeaseStore } from '../support/memory-lease-store.ts';
import { openForgetfulClient } from './open-client.ts';

const DATE = Date.parse('2025-11-01T08:00:00.000Z');

async function openTable(): Promise<OpenedLeaseStore & { readonly table: LocalTable }> {
  const table = await openMemoryTable();
  const open = (client: DynamoDBDocumentClient = openClient(table)) => openLeaseStore({ table: table.name, client }, () => DATE);
  return { table, open: () => open(), close: () => table.close() };
}

describeLeaseStore('memoryLeaseStore', () => {
  const store = memoryLeaseStore();
  return Promise.resolve({ open: () => store, close: () => Promise.resolve() });
});

describeLeaseStore('openLeaseStore', openTable);

it('openLeaseStore answers as the store in memory does, whatever was leased and given back before', async () => {
  const opened = await openTable();
  onTestFinished(() => opened.close());
  const step = fc.record({
    passes: fc.nat({ max: 400 }),
    late: fc.nat({ max: 300 }),
    most: fc.integer({ min: 1, max: 2000 }),
    backs: fc.boolean(),
  });
  let limits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const limit = `model ${String(limits++)}`;
      const [real, model] = [opened.open(), memoryLeaseStore()];
      let now = 0;
      let last: Span | undefined;
      for (const { passes, late, most, backs } of steps) {
        now += passes;
        if (backs && last !== undefined && last.to > now) {
          await real.giveBack(limit, { ...last, from: Math.max(last.from, now) }, now);
          await model.giveBack(limit, { ...last, from: Math.max(last.from, now) }, now);
        }
        const request = { now, from: Math.max(0, now - late), to: now + 1000, most };
        const answer = await real.lease(limit, request);
        expect(answer).toEqual(await model.lease(limit, request));
        last = answer.span;
      }
    }),
    { numRuns: 10 },
  );
});

it('openLeaseStore loses a lease whose answer was lost, rather than to lease it twice', async () => {
  const opened = await openTable();
  onTestFinished(() => opened.close());
  const store = openLeaseStore({ table: opened.table.name, client: openForgetfulClient(opened.table) }, () => DATE);
  const spans: Span[] = [];
  for (let now = 0; now < 1000; now += 150) {
    const { span } = await store.lease('limit', { now, from: now, to: now + 1000, most: 100 });
    if (span !== undefined) spans.push(span);
  }
  for (const [n, span] of spans.entries()) expect(span.from).toBeGreaterThanOrEqual(spans[n - 1]?.to ?? 0);
  expect(spans.length).toBeGreaterThan(2);
});
