import type { RunStore } from '../sync/run-store.ts';
import { tickItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, putItem, type Table } from './table.ts';

export function claimMethods(table: Table): Pick<RunStore, 'claimTick'> {
  return {
    claimTick: (job, tick, run, now) =>
      putItem(table, { ...tickItem(job, tick), run, 'expires-at': expiresAt(now, LIFETIME.tick) }, isNobodysOr(run)),
  };
}

function isNobodysOr(id: string): Expression {
  return { text: 'attribute_not_exists(pk) OR #run = :run', names: { '#run': 'run' }, values: { ':run': id } };
}
