import { z } from 'zod';
import { WRITTEN_STATES, type RunStore, type WrittenGroup, type WrittenRecord } from '../sync/run-store.ts';
import { writtenItem, writtenOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { putItem, queryItems, type Table, updateItem } from './table.ts';

type WrittenMethods = Pick<RunStore, 'addWritten' | 'listWritten' | 'takeWritten' | 'settleWritten' | 'returnWritten'>;

const StoredSchema = z.object({
  ...{ namespace: z.string(), name: z.string(), marker: z.string() },
  state: z.enum(WRITTEN_STATES),
  since: z.number(),
});

/** One item a group: what was written of it last, and what became of that. */
export function writtenMethods(table: Table): WrittenMethods {
  return {
    addWritten: (job, written, now) => add(table, job, written, now),
    listWritten: (job) => list(table, job),
    takeWritten: (job, written) => move(table, job, written, ['pending', 'taken']),
    settleWritten: (job, written) => move(table, job, written, ['taken', 'settled']),
    returnWritten: (job, written) => move(table, job, written, ['taken', 'pending']),
  };
}

/** What is known already, in whatever state, stays in it. */
async function add(table: Table, job: string, { group, marker }: WrittenGroup, now: number): Promise<void> {
  const item = { ...group, marker, state: 'pending', since: now, ...writtenItem(job, group) };
  const isOther = {
    text: 'attribute_not_exists(pk) OR #marker <> :marker',
    names: { '#marker': 'marker' },
    values: { ':marker': marker },
  };
  await putItem(table, { ...item, 'expires-at': expiresAt(now, LIFETIME.written) }, isOther);
}

async function* list(table: Table, job: string): AsyncGenerator<WrittenRecord> {
  for await (const { namespace, name, ...rest } of queryItems(table, { pk: writtenOf(job) }, StoredSchema)) {
    yield { group: { namespace, name }, ...rest };
  }
}

/** Does nothing where something else was written since. */
async function move(
  table: Table,
  job: string,
  { group, marker }: WrittenGroup,
  [from, to]: readonly [from: WrittenRecord['state'], to: WrittenRecord['state']],
): Promise<void> {
  const names = { '#state': 'state' };
  const set = { text: 'SET #state = :to', names, values: { ':to': to } };
  const condition = { text: 'marker = :marker AND #state = :from', names, values: { ':marker': marker, ':from': from } };
  await updateItem(table, writtenItem(job, group), { set, condition }, StoredSchema);
}
