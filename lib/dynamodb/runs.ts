import type { RunRecord, RunRef, RunStore } from '../sync/run-store.ts';
import { runItem, runsOf } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { RunRecordSchema } from './records.ts';
import { clip } from './bounds.ts';
import { putItem, queryItems, readItem, type Table } from './table.ts';

export function runMethods(table: Table): Pick<RunStore, 'saveRun' | 'loadRun' | 'listRuns'> {
  return {
    saveRun: (record) => save(table, record),
    loadRun: (run) => readItem(table, runItem(run), RunRecordSchema),
    listRuns: (job, limit) => list(table, job, limit),
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
