import { z } from 'zod';
import type { DeferredGroup } from '../sync/payloads.ts';
import type { RunStore } from '../sync/run-store.ts';
import { deferredItem, deferredOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { deleteItem, putItem, queryItems, type Table } from './table.ts';

const DeferredSchema: z.ZodType<DeferredGroup> = z.object({
  item: z.object({
    kind: z.literal('group'),
    namespace: z.string(),
    name: z.string(),
    missingNamespaces: z.array(z.string()),
  }),
  offers: z.number(),
});

export function deferredMethods(table: Table): Pick<RunStore, 'saveDeferred' | 'removeDeferred' | 'listDeferred'> {
  return {
    saveDeferred: async (run, { item, offers }) => {
      const ttl = expiresAt(Date.parse(run.startedAt), LIFETIME.group);
      await putItem(table, { item, offers, ...deferredItem(run, item), 'expires-at': ttl });
    },
    removeDeferred: (run, group) => deleteItem(table, deferredItem(run, group)),
    listDeferred: (run) => queryItems(table, { pk: deferredOf(run) }, DeferredSchema),
  };
}
