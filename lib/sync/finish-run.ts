import type { Group } from '../datastore/group.ts';
import type { ObjectWriter } from '../datastore/object-store.ts';
import type { Tell } from './event/event.ts';
import { runEnded } from './event/run-ended.ts';
import { guardRefused } from './event/guard-refused.ts';
import { changeStanding } from './health/change-standing.ts';
import { crossMaxLag } from './health/cross-max-lag.ts';
import type { Standing } from './health/health.ts';
import { lagAfterRun } from './health/lag-after-run.ts';
import { changed, hasTriedToLook, isCounted, standingAfter } from './health/standing-after.ts';
import { tellUntoldAndGoOn, withUntold } from './health/untold.ts';
import { describeReport } from './report/describe-report.ts';
import { runFailure } from './report/fold-failures.ts';
import { foldReport, type RunFacts } from './report/fold-report.ts';
import { gatherOutcomes } from './report/gather-outcomes.ts';
import { nameSharedChunks } from './report/shared-chunks.ts';
import { summarize } from './report/summarize.ts';
import { releaseGroup } from './group-lock.ts';
import { endLine, failedLine, placeOf } from './log-lines.ts';
import type { FinishRunInput, FinishRunOutput, PlanItem } from './payloads.ts';
import { iso } from './iso.ts';
import { renderReportPage } from './report/page/render-page.ts';
import { NAMESPACES_RECORD } from './report/group-record.ts';
import { endedWell, type Removed, type Report } from './report/report.ts';
import { loadPlan, planKey, removedKey, reportKey } from './run-files.ts';
import type { RunRecord } from './run-store.ts';
import { targetPlace } from './target-place.ts';
import type { Worker } from './worker.ts';
import { settleWritten } from './written-groups.ts';

export interface FinishWorker extends Pick<Worker, 'run' | 'job' | 'store' | 'now' | 'log' | 'leaseMs'> {
  readonly control: ObjectWriter;
  /** Names the control bucket, for those who look for the report. */
  readonly controlBucket: string;
  /** What it throws fails no run: it is told again later. */
  readonly tell: Tell;
  readonly measureRun: (report: Report) => void;
}

/** Folds the results into the report, writes it, and releases what the run holds. Calling it again changes nothing. */
export async function finishRun(input: FinishInput, worker: FinishWorker): Promise<FinishRunOutput> {
  const { run, store, control } = worker;
  const { report, record: before } = await makeReport(input, worker);
  const message = describeReport(report);
  const key = reportKey(run);
  await control.put(`${key}.json`, Buffer.from(`${JSON.stringify(report, null, 2)}\n`));
  await control.put(`${key}.html`, Buffer.from(renderReportPage(report)));

  await releaseLocks(report.details, worker);
  await settleWritten(control, worker, report);
  const standing = await changeStanding(run.job, (known) => afterRun(known, { report, record: before }, worker), worker);
  const record = { ...run, ...before, state: report.state, endedAt: report.endedAt, reportKey: key, message };
  await store.saveRun({ ...record, summary: summarize(report) });
  await store.releaseTurn(run);
  if (input.error !== undefined && report.state === 'failed') {
    worker.log.error(failedLine(`sync job '${run.job}'`, runFailure(input.error).message));
  }
  worker.log.info(endLine(run.job));
  await tellUntoldAndGoOn(run.job, standing, worker);
  // Last: a run that is measured twice counts twice.
  worker.measureRun(report);
  const { state, groups, snapshots } = report;
  return {
    state,
    succeeded: endedWell(state) || state === 'skipped',
    message,
    reportKey: key,
    counts: { groups, snapshots },
  };
}

type FinishInput = Pick<FinishRunInput, 'start' | 'error'>;

interface Ended {
  readonly report: Report & Required<Pick<Report, 'lag'>>;
  readonly record: RunRecord | undefined;
}

async function makeReport(input: FinishInput, worker: FinishWorker): Promise<Ended> {
  const { run, job, store, now } = worker;
  const records = await Array.fromAsync(store.listGroups(run));
  const record = await store.loadRun(run);
  const plan = await loadWholePlan(input, record, worker);
  const report = foldReport({
    ...{ run, records, outcomes: await gatherOutcomes(store.listOutcomes(run)), endedAt: iso(now()) },
    ...{ workerThreads: job.workerThreads, dryRun: job.dryRun || record?.dryRun === true },
    ...{ source: targetPlace(job.source), target: targetPlace(job.target) },
    planned: (input.start?.items ?? 0) > 0 ? plan.map(recordNameOf) : [],
    ...startedAs(record),
    ...{ decision: input.start?.decision, removed: await loadRemoved(worker), error: await failureOfRun(input.error, worker) },
  });
  const failures = await nameSharedChunks(report.failures, () => store.listOutcomes(run));
  const lag = await lagAfterRun({ report, record, plan, records }, worker);
  return { report: { ...report, failures, lag }, record };
}

function startedAs(record: RunRecord | undefined): Pick<RunFacts, 'totalGroups' | 'plannedLeftOut' | 'planning' | 'message'> {
  const { groups = 0, leftOut, requests, message } = record ?? {};
  return { totalGroups: groups, plannedLeftOut: leftOut, planning: requests, message };
}

/** Whoever has listed both sides has left a plan, though start-run may have failed after that. */
async function loadWholePlan(
  { start }: FinishInput,
  record: RunRecord | undefined,
  { control, run }: FinishWorker,
): Promise<PlanItem[]> {
  const isWritten = (start?.items ?? 0) > 0 || record?.looked !== undefined;
  return isWritten ? loadPlan(control, planKey(run)) : [];
}

/**
 * The standing with the run in it, and with all there is to tell of it: what happened, and last what follows from it. It is written before
 * the run's record says that it is over: who dies before that ends it again, and who dies after it leaves the events to the next one.
 */
function afterRun(before: Standing | undefined, { report, record }: Ended, worker: FinishWorker): Standing | undefined {
  if (isCounted(before, report)) return before;
  const { job, run, controlBucket } = worker;
  const { lag, endedAt: at } = report;
  const ended = runEnded({ job, report, record, lag, place: { bucket: controlBucket, key: reportKey(run) } });
  const refused = guardRefused(job, report);
  const counted = standingAfter(before, report, record);
  const next = changed(counted, withUntold(counted, refused === undefined ? [ended] : [ended, refused]), at);
  // Of how far the copy is behind, a run that did not get as far as to look knows what the watch knows, which tells it.
  return report.dryRun || !hasTriedToLook(report, record) ? next : crossMaxLag(next, { job, lag, at, run });
}

/** What a Catch handed on, or what a worker was refused: its child failed in the Map, which tolerates that. */
async function failureOfRun(caught: FinishRunInput['error'], { store, run }: FinishWorker): Promise<FinishRunInput['error']> {
  if (caught !== undefined) return caught;
  const refusal = await store.loadRefusal(run);
  return refusal && { Error: 'ConfigError', Cause: `${refusal.code}: ${refusal.message}` };
}

/** A line of the plan by the name that its record has. */
function recordNameOf(item: PlanItem): Group {
  return item.kind === 'group' ? { namespace: item.namespace, name: item.name } : { namespace: '', name: NAMESPACES_RECORD };
}

async function loadRemoved({ control, run, job }: FinishWorker): Promise<Removed | undefined> {
  if (!job.removeVanished) return undefined;
  const stored = await control.get(removedKey(run));
  return stored === undefined ? undefined : (JSON.parse(stored.bytes.toString()) as { removed: Removed }).removed;
}

/** A worker that died holds its lock until the lease runs out, and one that waited its place; the run is over, so others need not wait for that. */
async function releaseLocks(records: Report['details'], worker: FinishWorker): Promise<void> {
  for (const record of records.filter(({ state }) => state === 'running' || state === 'waiting')) {
    await releaseGroup(record, worker);
    if (record.state === 'running') worker.log.warn('its worker ended without a result', placeOf(record));
  }
}
