import type { PlanItem } from '../payloads.ts';
import type { GroupRecord } from '../report/group-record.ts';
import type { Lag } from '../report/lag.ts';
import type { Report } from '../report/report.ts';
import type { RunRecord } from '../run-store.ts';
import type { Worker } from '../worker.ts';
import { lagAt } from './lag-at.ts';
import { saveBehind } from './save-behind.ts';
import { hasTriedToLook, standingAfter } from './standing-after.ts';
import { unlooked } from './unlooked.ts';

/** A run at its end. `plan` has to be all of it where the run has listed both sides: what it does not name lacks nothing. */
export interface RunAtEnd {
  readonly report: Report;
  readonly record: RunRecord | undefined;
  readonly plan: readonly PlanItem[];
  readonly records: readonly GroupRecord[];
}

/** Writes down what the run has seen of each group. How far the copy is behind then; a dry run writes nothing, and says what is known. */
export async function lagAfterRun(
  { report, record, plan, records }: RunAtEnd,
  { job, run, store, leaseMs }: Pick<Worker, 'job' | 'run' | 'store' | 'leaseMs'>,
): Promise<Lag> {
  const at = Date.parse(report.endedAt);
  const looked = report.dryRun ? undefined : record?.looked;
  if (looked !== undefined) await saveBehind({ job: job.id, plan, records, looked, now: at }, store);
  // Folded here to look at alone: when it is written, others may have ended too, and the report, which says this lag, has to be there.
  const standing = standingAfter(await store.loadStanding(job.id), report, record);
  const others = new Map(await store.listLiving(job.id, at, leaseMs));
  others.delete(run.id);
  const knows = hasTriedToLook(report, record) || others.size > 0;
  return lagAt(knows ? standing : unlooked(standing, job.schedules, at), await Array.fromAsync(store.listBehind(job.id)), at);
}
