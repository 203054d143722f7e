import type { RunStore, Suspension } from '../sync/run-store.ts';
import { clip } from './bounds.ts';
import { suspensionItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { SuspensionSchema } from './records.ts';
import { deleteItem, putItem, readItem, type Table } from './table.ts';

export function suspensionMethods(table: Table): Pick<RunStore, 'loadSuspension' | 'saveSuspension' | 'removeSuspension'> {
  return {
    loadSuspension: (job) => readItem(table, suspensionItem(job), SuspensionSchema),
    saveSuspension: (job, suspension) => save(table, job, suspension),
    removeSuspension: async (job) => {
      await deleteItem(table, suspensionItem(job));
    },
  };
}

/** One without an end lasts until somebody ends it. */
async function save(table: Table, job: string | undefined, suspension: Suspension): Promise<void> {
  const { until, reason } = suspension;
  const lasts = until === undefined ? {} : { 'expires-at': expiresAt(Date.parse(until), LIFETIME.suspension) };
  await putItem(table, {
    ...suspension,
    ...(reason !== undefined && { reason: clip(reason) }),
    ...suspensionItem(job),
    ...lasts,
  });
}
