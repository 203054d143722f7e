import { formatGroup, type Group } from '../datastore/group.ts';
import type { ObjectReader, ObjectWriter } from '../datastore/object-store.ts';
import { ConfigError, ConflictError } from '../errors.ts';
import { failedLine, heldBackLine, placeOf, skippedLine, wouldSyncLine } from './log-lines.ts';
import { iso } from './iso.ts';
import { isRenewalDue } from './overlap/clocks.ts';
import type { PlanItem } from './payloads.ts';
import { planItem, planRun, type PlannedGroup, type PlannedNamespaces } from './plan-run.ts';
import { formatPlan, planKey } from './run-files.ts';
import type { SkipCounts } from './skip-reasons.ts';
import type { Worker } from './worker.ts';

/** Lines of the plan, groups with work among them, and all groups that the job reaches. */
export interface WrittenPlan {
  readonly items: number;
  readonly working: number;
  readonly groups: number;
  readonly leftOut: SkipCounts;
  /** Finished snapshots of these groups on the source. */
  readonly held: number;
  /** When listing began, ISO 8601. */
  readonly at: string;
}

/** Plans the run, of all groups or of `only` some, and writes the plan into the control bucket. Throws a `ConflictError` RUN_STOPPED when somebody asks it to stop. */
export async function writePlan(control: ObjectWriter, worker: Worker, only?: readonly Group[]): Promise<WrittenPlan> {
  const at = iso(worker.now());
  const items: PlanItem[] = [];
  const keepTurn = turnKeeper(worker);
  let [groups, held] = [0, 0];
  const leftOut: SkipCounts = {};
  const begun = await listBegun(worker);
  for await (const planned of planRun(worker, only)) {
    await worker.heedStop();
    stopIfAsked(worker);
    expectTime(worker);
    await keepTurn();
    if (planned.kind === 'group') {
      groups += 1;
      held += planned.source.snapshots.filter((snapshot) => worker.layout.isFinished(snapshot)).length;
      countSkipped(leftOut, planned);
      tell(planned, worker);
    }
    const item = planItem(planned, { ...worker, at }) ?? begunItem(planned, begun);
    if (item !== undefined) items.push(item);
  }
  if (groups === 0 && only === undefined) await expectDatastore(worker);
  await control.put(planKey(worker.run), formatPlan(items));
  return { items: items.length, working: items.filter(({ kind }) => kind === 'group').length, groups, leftOut, held, at };
}

/**
 * Groups that an earlier execution of this run has begun and not ended, by `formatGroup`: all may have been moved when it died, but
 * only a worker of theirs can say so.
 */
async function listBegun({ store, run, job }: Worker): Promise<ReadonlySet<string>> {
  const begun = new Set<string>();
  if (job.dryRun) return begun;
  for await (const record of store.listGroups(run)) if (record.state !== 'ok') begun.add(formatGroup(record));
  return begun;
}

function begunItem(planned: PlannedGroup | PlannedNamespaces, begun: ReadonlySet<string>): PlanItem | undefined {
  if (planned.kind === 'namespaces' || !begun.has(formatGroup(planned.source.group))) return undefined;
  return { kind: 'group', ...planned.source.group, missingNamespaces: [] };
}

export function stopIfAsked({ stopReason }: Pick<Worker, 'stopReason'>): void {
  if (stopReason() !== 'asked') return;
  throw new ConflictError('RUN_STOPPED', 'stopped on request before anything was written');
}

/** A listing has no place to go on from in another call: throws a `ConfigError` PLANNING_TOO_LONG before the call is cut off. */
export function expectTime({ stopReason, job }: Pick<Worker, 'stopReason' | 'job'>): void {
  if (stopReason() !== 'deadline') return;
  const message =
    `both datastores of job ${job.id} could not be listed within one call, so nothing was planned:` +
    ' make several jobs of it, each with a namespace of its own, or prune the source';
  throw new ConfigError('PLANNING_TOO_LONG', message, { context: { job: job.id } });
}

/** A large datastore takes longer to list than a turn lasts without being renewed. */
export function turnKeeper({ store, run, now, leaseMs }: Worker): () => Promise<void> {
  // The clock may have been put right since the turn was taken.
  let renewedAt = -Infinity;
  return async () => {
    if (!isRenewalDue(renewedAt, { now: now(), leaseMs })) return;
    renewedAt = now();
    await store.renewTurn(run, renewedAt, leaseMs);
  };
}

function countSkipped(counts: SkipCounts, { plan }: PlannedGroup): void {
  for (const { reason, count } of plan.skipped) counts[reason] = (counts[reason] ?? 0) + count;
}

function tell({ source, plan }: PlannedGroup, { log, job }: Worker): void {
  const at = placeOf(source.group);
  for (const skipped of plan.skipped) {
    if (skipped.reason === 'held-back') log.warn(heldBackLine(skipped, plan.newest ?? ''), at);
    else log.info(skippedLine(skipped), at);
  }
  if (!job.dryRun) return;
  // In any other run the group's worker says so.
  if (plan.refusal !== undefined) log.error(failedLine(`sync group ${formatGroup(source.group)}`, plan.refusal.message), at);
  else if (plan.pull.length > 0) log.info(wouldSyncLine(plan.pull.map(({ snapshot }) => snapshot.name)), at);
}

/**
 * A source without groups in the job's reach may be new, or filtered; one without its anchor, without any object, or without the
 * groups that the target still has, is a wrong place or a lost one, and must not pass as a good run.
 */
async function expectDatastore({ source, target, layout, job, log }: Worker): Promise<void> {
  if (await hasAny(source, layout.metadataPrefix(job.namespace))) {
    if (job.groupFilter.length > 0 || job.maxDepth !== undefined)
      log.warn('no group of the source is within group-filter and max-depth');
    return;
  }
  const { id, bucket, prefix } = job.source;
  const place = `datastore ${id} (bucket ${bucket}, prefix ${prefix})`;
  const context = { job: job.id, datastore: id };
  if (!(await hasAny(source, ''))) {
    const advice = 'the prefix of a pbs datastore is the name it has in PBS: correct bucket or prefix in the configuration';
    throw new ConfigError('DATASTORE_NOT_FOUND', `there is nothing in ${place}; ${advice}`, { context });
  }
  if (job.namespace !== '') {
    throw new ConfigError('NAMESPACE_NOT_FOUND', `${place} has no namespace ${job.namespace}: correct namespace of the job`, {
      context,
    });
  }
  if (!(await hasAny(target, layout.metadataPrefix(job.targetNamespace)))) return;
  const lost = 'has no group any more, although the target has some; look at the source before anything is removed';
  throw new ConfigError('SOURCE_EMPTY', `${place} ${lost}`, { context });
}

async function hasAny(reader: ObjectReader, prefix: string): Promise<boolean> {
  for await (const page of reader.list(prefix, { pageSize: 1 })) if (page.length > 0) return true;
  return false;
}
