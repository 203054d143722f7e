import { createHash } from 'node:crypto';
import { z } from 'zod';
import { EventSchema } from '../sync/event/event.ts';
import type { Standing } from '../sync/health/health.ts';
import type { RunStore } from '../sync/run-store.ts';
import { standingItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, putItem, readItem, type Table } from './table.ts';

const counts = z.record(z.string(), z.number());

const totals = z.object({
  ...{ seconds: z.number(), bytes: z.number(), chunks: z.number() },
  ...{ runs: counts, snapshots: counts, groups: counts, requests: counts, throttled: counts, retried: counts, errors: counts },
});

const StandingSchema: z.ZodType<Standing> = z.object({
  revision: z.number(),
  changedAt: z.string(),
  counted: z.array(z.string()),
  totals,
  sums: z.array(z.object({ run: z.string(), totals })).exactOptional(),
  asOf: z.string().exactOptional(),
  blindSince: z.string().exactOptional(),
  lastGood: z.object({ id: z.string(), startedAt: z.string(), endedAt: z.string() }).exactOptional(),
  lagRaised: z.string().exactOptional(),
  lagRaises: z.number().exactOptional(),
  watched: z.record(z.string(), z.object({ times: z.string(), since: z.string() })).exactOptional(),
  overdueTold: z.record(z.string(), z.string()).exactOptional(),
  untold: z.array(EventSchema).exactOptional(),
});

/** One item a job, and with it a digest of what it says: a write that is repeated since its answer was lost finds its own. */
export function standingMethods(table: Table): Pick<RunStore, 'loadStanding' | 'saveStanding'> {
  return {
    loadStanding: (job) => readItem(table, standingItem(job), StandingSchema),
    saveStanding: (job, next, before) => {
      const digest = createHash('sha256').update(JSON.stringify(next)).digest('hex');
      const lasts = expiresAt(Date.parse(next.changedAt), LIFETIME.standing);
      return putItem(table, { ...next, digest, ...standingItem(job), 'expires-at': lasts }, isStill(before, next, digest));
    },
  };
}

function isStill(before: Standing | undefined, next: Standing, digest: string): Expression {
  const names = { '#revision': 'revision', '#digest': 'digest' };
  const values = { ':next': next.revision, ':digest': digest };
  const isOurs = '#revision = :next AND #digest = :digest';
  if (before === undefined) return { text: `attribute_not_exists(pk) OR (${isOurs})`, names, values };
  return { text: `#revision = :before OR (${isOurs})`, names, values: { ...values, ':before': before.revision } };
}
