import type { RunRecord, RunRef, RunStore } from '../sync/run-store.ts';
import { refusalItem, runItem, runsOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { RefusalSchema, RunRecordSchema } from './records.ts';
import { clip } from './bounds.ts';
import { putItem, queryItems, readItem, type Table } from './table.ts';

export function runMethods(table: Table): Pick<RunStore, 'saveRun' | 'loadRun' | 'listRuns' | 'saveRefusal' | 'loadRefusal'> {
  return {
    saveRun: (record) => save(table, record),
    loadRun: (run) => readItem(table, runItem(run), RunRecordSchema),
    listRuns: (job, limit) => list(table, job, limit),
    saveRefusal: (run, { code, message }) =>
      putItem(table, { code, message: clip(message), ...refusalItem(run), 'expires-at': lastsUntil(run) }).then(() => undefined),
    loadRefusal: (run) => readItem(table, refusalItem(run), RefusalSchema),
  };
}

async function save(table: Table, record: RunRecord): Promise<void> {
  const message = record.message === undefined ? {} : { message: clip(record.message) };
  await putItem(table, { ...record, ...message, ...runItem(record), 'expires-at': lastsUntil(record) });
}

async function list(table: Table, job: string, limit: number): Promise<readonly RunRecord[]> {
  const runs: RunRecord[] = [];
  if (limit <= 0) return runs;
  for await (const run of queryItems(table, { pk: runsOf(job), newestFirst: true, pageSize: limit }, RunRecordSchema)) {
    runs.push(run);
    if (runs.length >= limit) break;
  }
  return runs;
}

function lastsUntil(run: RunRef & { readonly endedAt?: string }): number {
  return expiresAt(Date.parse(run.endedAt ?? run.startedAt), LIFETIME.run);
}
