import type { PlanItem } from '../payloads.ts';
import type { GroupRecord } from '../report/group-record.ts';
import type { Report } from '../report/report.ts';
import type { RunRecord, RunStore } from '../run-store.ts';
import { lagAt } from './lag-at.ts';
import type { Lag } from './lag.ts';
import { saveBehind } from './save-behind.ts';
import { standingAfter } from './standing-after.ts';

/** A run at its end. `plan` has to be all of it where the run has listed both sides: what it does not name lacks nothing. */
export interface RunAtEnd {
  readonly job: string;
  readonly report: Report;
  readonly record: RunRecord | undefined;
  readonly plan: readonly PlanItem[];
  readonly records: readonly GroupRecord[];
}

/** Writes down what the run has seen of each group. How far the copy is behind then; a dry run writes nothing, and says what is known. */
export async function lagAfterRun(
  { job, report, record, plan, records }: RunAtEnd,
  store: Pick<RunStore, 'saveBehind' | 'listBehind' | 'loadStanding'>,
): Promise<Lag> {
  if (record?.looked !== undefined && !report.dryRun) await saveBehind({ job, plan, records, looked: record.looked }, store);
  const standing = standingAfter(await store.loadStanding(job), report, record);
  return lagAt(standing, await Array.fromAsync(store.listBehind(job)), Date.parse(report.endedAt));
}
