import { z } from 'zod';
import { OutcomeSchema } from '../sync/report/outcome.ts';
import type { RunStore } from '../sync/run-store.ts';
import { boundOutcome } from './bounds.ts';
import { outcomeItem, outcomesOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { putItem, queryItems, type Table } from './table.ts';

/** The outcome lies in a member of its own: its names and those of its group are not one set. */
const OutcomeItemSchema = z.object({
  group: z.object({ namespace: z.string(), name: z.string() }),
  outcome: OutcomeSchema,
});

export function outcomeMethods(table: Table): Pick<RunStore, 'saveOutcome' | 'listOutcomes'> {
  return {
    saveOutcome: async (run, { namespace, name }, outcome) => {
      const item = { ...outcomeItem(run, { namespace, name }, outcome.snapshot), group: { namespace, name } };
      const ttl = expiresAt(Date.parse(outcome.endedAt), LIFETIME.outcome);
      await putItem(table, { ...item, outcome: boundOutcome(outcome), 'expires-at': ttl });
    },
    listOutcomes: (run) => queryItems(table, { pk: outcomesOf(run) }, OutcomeItemSchema),
  };
}
