import { formatGroup } from '../datastore/group.ts';
import type { GroupRecord } from '../sync/report.ts';
import type { RunRef, RunStore } from '../sync/run-store.ts';
import { formatBytes } from '../sync/words.ts';
import type { Terminal } from './terminal.ts';

const REFRESH_MS = 1000;

/** Shows a run while it goes on, one line a worker and a total, from what the workers write into the table. */
export function showProgress(
  terminal: Terminal,
  store: Pick<RunStore, 'loadRun' | 'listGroups'>,
  run: RunRef,
): { end(): Promise<void> } {
  if (!terminal.isLive) return { end: () => Promise.resolve() };
  let ended = false;
  let timer: NodeJS.Timeout | undefined;
  const before = new Map<string, number>();
  const refresh = async (): Promise<void> => {
    const records: GroupRecord[] = [];
    for await (const record of store.listGroups(run)) records.push(record);
    if (!ended) terminal.live(progressLines(records, before));
    if (!ended) timer = setTimeout(start, REFRESH_MS);
  };
  // Progress is for looking at: when the table does not answer, the run itself says so.
  const start = () => void (current = refresh().catch(() => undefined));
  let current: Promise<void> = Promise.resolve();
  timer = setTimeout(start, REFRESH_MS);
  return {
    end: async () => {
      ended = true;
      clearTimeout(timer);
      await current;
      terminal.live([]);
    },
  };
}

/** The lines for these records; `before` holds each group's bytes at the last look, for the rate since. */
export function progressLines(records: readonly GroupRecord[], before: Map<string, number>): string[] {
  const working = records.filter(({ state }) => state === 'running' || state === 'waiting');
  const done = records.length - working.length;
  const bytes = records.reduce((sum, { tally }) => sum + tally.bytes, 0);
  const lines = working.map((record) => workerLine(record, before));
  return [...lines, `${String(done)} groups done, ${String(working.length)} at work, ${formatBytes(bytes)} written`];
}

function workerLine(record: GroupRecord, before: Map<string, number>): string {
  const name = formatGroup(record);
  const rate = record.tally.bytes - (before.get(name) ?? record.tally.bytes);
  before.set(name, record.tally.bytes);
  const at = `snapshot ${String(Math.min(record.snapshotsDone + 1, record.snapshots))}/${String(record.snapshots)}`;
  return `  ${name.padEnd(28)} ${at}, ${formatBytes(record.tally.bytes)}, ${formatBytes(Math.max(rate, 0))}/s  ${record.doing ?? ''}`;
}
