import { z } from 'zod';
import type { RunStore } from '../sync/run-store.ts';
import { WRITTEN_STATES, type WrittenGroup, type WrittenRecord } from '../sync/written-record.ts';
import { writtenItem, writtenOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, putItem, queryItems, type Table, updateItem } from './table.ts';

type WrittenMethods = Pick<RunStore, 'addWritten' | 'listWritten' | 'moveWritten'>;

const StoredSchema = z.object({
  ...{ namespace: z.string(), name: z.string(), marker: z.string() },
  state: z.enum(WRITTEN_STATES),
  run: z.string().exactOptional(),
  since: z.number(),
});

/** One item a group: what was written of it last, and what became of that. */
export function writtenMethods(table: Table): WrittenMethods {
  return {
    addWritten: (job, written, now) => add(table, job, written, now),
    listWritten: (job) => list(table, job),
    moveWritten: (job, known, state, run) => move(table, job, known, { state, run }),
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

/** One conditional write. */
async function move(
  table: Table,
  job: string,
  known: WrittenRecord,
  to: { readonly state: WrittenRecord['state']; readonly run: string },
): Promise<void> {
  const names = { '#state': 'state', '#run': 'run' };
  const set = { text: 'SET #state = :to, #run = :by', names, values: { ':to': to.state, ':by': to.run } };
  await updateItem(table, writtenItem(job, known.group), { set, condition: isStill(known, names) }, StoredSchema);
}

function isStill({ marker, state, run }: WrittenRecord, names: Expression['names']): Expression {
  const known = { ':marker': marker, ':state': state };
  const text = 'marker = :marker AND #state = :state';
  if (run === undefined) return { text: `${text} AND attribute_not_exists(#run)`, names, values: known };
  return { text: `${text} AND #run = :run`, names, values: { ...known, ':run': run } };
}
