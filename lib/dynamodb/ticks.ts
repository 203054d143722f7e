import { z } from 'zod';
import type { RunStore, TickRecord } from '../sync/run-store.ts';
import { causeItem, scheduleItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { TickRecordSchema } from './records.ts';
import { putItem, readItem, type Expression, type Table } from './table.ts';

const CauseSchema = z.object({ run: z.string() });

export function tickMethods(table: Table): Pick<RunStore, 'claimCause' | 'loadCause' | 'loadTick' | 'saveTick'> {
  return {
    claimCause: (job, cause, run, now) =>
      putItem(table, { ...causeItem(job, cause), run, 'expires-at': expiresAt(now, LIFETIME.cause) }, isNobodysOr(run)),
    loadCause: async (job, cause) => (await readItem(table, causeItem(job, cause), CauseSchema))?.run,
    loadTick: (job, schedule) => readItem(table, scheduleItem(job, schedule), TickRecordSchema),
    saveTick: (job, schedule, record, before) => {
      const lasts = expiresAt(Date.parse(record.served), LIFETIME.schedule);
      return putItem(table, { ...scheduleItem(job, schedule), ...record, 'expires-at': lasts }, isStill(before, record));
    },
  };
}

/** A tick and its run tell one record of a schedule from every other. It may be ours already, where an answer was lost. */
function isStill(before: TickRecord | undefined, record: TickRecord): Expression {
  const names = { '#served': 'served', '#run': 'run' };
  const values = { ':served': record.served, ':run': record.run };
  const isOurs = '#served = :served AND #run = :run';
  if (before === undefined) return { text: `attribute_not_exists(pk) OR (${isOurs})`, names, values };
  return {
    text: `(#served = :before AND #run = :other) OR (${isOurs})`,
    names,
    values: { ...values, ':before': before.served, ':other': before.run },
  };
}

function isNobodysOr(run: string): Expression {
  return { text: 'attribute_not_exists(pk) OR #run = :run', names: { '#run': 'run' }, values: { ':run': run } };
}
