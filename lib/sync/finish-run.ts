import type { ObjectWriter } from '../datastore/object-store.ts';
import type { Tell } from './event/event.ts';
import { runEnded } from './event/run-ended.ts';
import { UNSEEN } from './health/lag.ts';
import { describeReport } from './report/describe-report.ts';
import { runFailure } from './report/fold-failures.ts';
import { foldReport } from './report/fold-report.ts';
import { gatherOutcomes } from './report/gather-outcomes.ts';
import { nameSharedChunks } from './report/shared-chunks.ts';
import { summarize } from './report/summarize.ts';
import { releaseGroup } from './group-lock.ts';
import { endLine, failedLine, placeOf } from './log-lines.ts';
import type { FinishRunInput, FinishRunOutput } from './payloads.ts';
import { iso } from './iso.ts';
import { renderReportPage } from './report/page/render-page.ts';
import { NAMESPACES_RECORD, type GroupRecord } from './report/group-record.ts';
import type { Removed, Report } from './report/report.ts';
import { loadPlan, planKey, removedKey, reportKey } from './run-files.ts';
import { targetPlace } from './target-place.ts';
import type { Worker } from './worker.ts';
import { settleWritten } from './written-groups.ts';

export interface FinishWorker extends Pick<Worker, 'run' | 'job' | 'store' | 'now' | 'log'> {
  readonly control: ObjectWriter;
  /** Names the control bucket, for those who look for the report. */
  readonly controlBucket: string;
  /** What it throws fails the call, and the machine calls again. */
  readonly tell: Tell;
  readonly measureRun: (report: Report) => void;
}

/** Folds the results into the report, writes it, and releases what the run holds. Calling it again changes nothing. */
export async function finishRun(input: Pick<FinishRunInput, 'start' | 'error'>, worker: FinishWorker): Promise<FinishRunOutput> {
  const { run, store, control } = worker;
  const report = await makeReport(input, worker);
  const message = describeReport(report);
  const key = reportKey(run);
  await control.put(`${key}.json`, Buffer.from(`${JSON.stringify(report, null, 2)}\n`));
  await control.put(`${key}.html`, Buffer.from(renderReportPage(report)));

  await releaseLocks(report.details, worker);
  await settleWritten(control, worker, report);
  const before = await store.loadRun(run);
  const record = { ...run, ...before, state: report.state, endedAt: report.endedAt, reportKey: key, message };
  await store.saveRun({ ...record, summary: summarize(report) });
  await store.releaseTurn(run);
  if (input.error !== undefined && report.state === 'failed') {
    worker.log.error(failedLine(`sync job '${run.job}'`, runFailure(input.error).message));
  }
  worker.log.info(endLine(run.job));
  worker.measureRun(report);
  await worker.tell(runEnded({ job: worker.job, report, record, lag: UNSEEN, place: { bucket: worker.controlBucket, key } }));
  const { state, groups, snapshots } = report;
  return {
    state,
    succeeded: state === 'ok' || state === 'warnings' || state === 'skipped',
    message,
    reportKey: key,
    counts: { groups, snapshots },
  };
}

async function makeReport({ start, error }: Pick<FinishRunInput, 'start' | 'error'>, worker: FinishWorker): Promise<Report> {
  const { run, job, store, now } = worker;
  const records: GroupRecord[] = [];
  for await (const record of store.listGroups(run)) records.push(record);
  const before = await store.loadRun(run);
  const outcomes = await gatherOutcomes(store.listOutcomes(run));
  const report = foldReport({
    ...{ run, records, outcomes, endedAt: iso(now()), workerThreads: job.workerThreads, dryRun: job.dryRun },
    ...{ source: targetPlace(job.source), target: targetPlace(job.target) },
    planned: await loadPlanned(worker, start?.items ?? 0),
    totalGroups: before?.groups ?? 0,
    ...{
      plannedLeftOut: before?.leftOut,
      planning: before?.requests,
      decision: start?.decision,
      removed: await loadRemoved(worker),
      error: await failureOfRun(error, worker),
      message: before?.message,
    },
  });
  return { ...report, failures: await nameSharedChunks(report.failures, () => store.listOutcomes(run)) };
}

/** What a Catch handed on, or what a worker was refused: its child failed in the Map, which tolerates that. */
async function failureOfRun(caught: FinishRunInput['error'], { store, run }: FinishWorker): Promise<FinishRunInput['error']> {
  if (caught !== undefined) return caught;
  const refusal = await store.loadRefusal(run);
  return refusal && { Error: 'ConfigError', Cause: `${refusal.code}: ${refusal.message}` };
}

/** The groups that the plan named, by the names their records have. */
async function loadPlanned({ control, run }: FinishWorker, items: number): Promise<{ namespace: string; name: string }[]> {
  if (items === 0) return [];
  const plan = await loadPlan(control, planKey(run));
  return plan.map((item) =>
    item.kind === 'group' ? { namespace: item.namespace, name: item.name } : { namespace: '', name: NAMESPACES_RECORD },
  );
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
