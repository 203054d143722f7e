import type { RunRef, RunStore, StopAsk } from '../sync/run-store.ts';
import { stopItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { StopAskSchema } from './records.ts';
import { putItem, readItem, type Table } from './table.ts';

export function stopMethods(table: Table): Pick<RunStore, 'askStop' | 'loadStop'> {
  return {
    askStop: (run, ask) => askStop(table, run, ask),
    loadStop: (run) => readItem(table, stopItem(run), StopAskSchema),
  };
}

async function askStop(table: Table, run: RunRef, ask: StopAsk): Promise<void> {
  const lasts = expiresAt(Date.parse(ask.at), LIFETIME.stop);
  const isFirst = { text: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' }, values: {} };
  await putItem(table, { ...ask, ...stopItem(run), 'expires-at': lasts }, isFirst);
}
