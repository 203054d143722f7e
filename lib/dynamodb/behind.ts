import { z } from 'zod';
import type { GroupBehind } from '../sync/health/health.ts';
import { furthestAhead } from '../sync/overlap/clocks.ts';
import type { RunStore } from '../sync/run-store.ts';
import { behindItem, behindOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, putItem, queryItems, type Table } from './table.ts';

const BehindItemSchema = z.object({
  ...{ namespace: z.string(), name: z.string(), missing: z.number(), at: z.string() },
  ...{ since: z.string().exactOptional(), newest: z.string().exactOptional() },
});

/** One item a group: what it lacked when it was looked at last. */
export function behindMethods(table: Table): Pick<RunStore, 'saveBehind' | 'listBehind'> {
  return {
    saveBehind: async (job, { namespace, name }, behind, now) => {
      const lifetime = behind.missing === 0 ? LIFETIME.upToDate : LIFETIME.behind;
      const lasts = { 'expires-at': expiresAt(Date.parse(behind.at), lifetime) };
      await putItem(
        table,
        { namespace, name, ...behind, ...behindItem(job, { namespace, name }), ...lasts },
        isNoLater(behind, now),
      );
    },
    listBehind: (job) => list(table, job),
  };
}

/** ISO 8601 in UTC orders as text. */
function isNoLater({ at }: Pick<GroupBehind, 'at'>, now: number): Expression {
  const values = { ':at': at, ':ahead': new Date(furthestAhead(now)).toISOString() };
  return { text: 'attribute_not_exists(pk) OR #at <= :at OR #at > :ahead', names: { '#at': 'at' }, values };
}

async function* list(table: Table, job: string): AsyncGenerator<GroupBehind> {
  for await (const { namespace, name, ...behind } of queryItems(table, { pk: behindOf(job) }, BehindItemSchema)) {
    yield { group: { namespace, name }, ...behind };
  }
}
