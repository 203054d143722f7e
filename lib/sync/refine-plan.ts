import type { Group, ListedGroup, ListedSnapshot } from '../datastore/group.ts';
import type { SnapshotDescription } from '../datastore/layout.ts';
import { filtersManifests, leftOut, type GroupPlan, type PullStep } from './plan-group.ts';
import type { Skipped } from './report.ts';
import type { Worker } from './worker.ts';

/** A step that is to be taken; `corrupt`: the copy is damaged, and nothing of it is trusted. */
export interface SureStep extends Omit<PullStep, 'reason'> {
  readonly reason: Exclude<PullStep['reason'], 'check'> | 'corrupt';
}

export interface SurePlan {
  readonly steps: readonly SureStep[];
  readonly skipped: readonly Skipped[];
}

interface Sides {
  readonly source: ListedGroup;
  readonly targetGroup: Group;
  readonly worker: Pick<Worker, 'job' | 'layout' | 'source' | 'target'>;
}

/** Reads the manifests that the listing alone could not judge: for verified-only, encrypted-only and resync-corrupt. */
export async function refinePlan(plan: GroupPlan, sides: Sides): Promise<SurePlan> {
  const left = leftOut();
  const accept = accepting(sides);
  const kept = await keptNames(sides, accept);
  const steps: SureStep[] = [];
  for (const step of plan.pull) {
    const { name } = step.snapshot;
    if (step.reason === 'check') {
      if (await isCorrupt(step, sides)) steps.push({ ...step, reason: 'corrupt' });
      continue;
    }
    const refused = await accept(step.snapshot);
    if (refused !== undefined) left.add(refused, name);
    else if (kept?.has(name) === false && step.reason !== 'changed') left.add('transfer-last', name);
    else steps.push({ ...step, reason: step.reason });
  }
  return { steps, skipped: [...plan.skipped, ...left.list()] };
}

type Refusal = Extract<Skipped['reason'], 'not-verified' | 'not-encrypted'>;
type Accept = (snapshot: ListedSnapshot) => Promise<Refusal | undefined>;

/** Whether the job's filters let a snapshot of the source pass; each manifest is read once. */
function accepting({ source, worker }: Sides): Accept {
  const { job, layout } = worker;
  const seen = new Map<string, Promise<SnapshotDescription>>();
  return async (snapshot) => {
    if (!filtersManifests(job)) return undefined;
    const known = seen.get(snapshot.name) ?? layout.describeSnapshot(worker.source, source.group, snapshot);
    seen.set(snapshot.name, known);
    return refusalOf(await known, job);
  };
}

/** A manifest that does not read is refused by no filter: opening the snapshot says what is wrong with it. */
export function refusalOf(
  described: SnapshotDescription,
  job: Pick<Worker['job'], 'verifiedOnly' | 'encryptedOnly'>,
): Refusal | undefined {
  if (described.state !== 'finished') return undefined;
  if (job.verifiedOnly && described.verified !== 'ok') return 'not-verified';
  return job.encryptedOnly && described.encrypted !== 'encrypt' ? 'not-encrypted' : undefined;
}

/** `transfer-last` counts what the filters let pass, newest first; undefined: all, or counted from the listing already. */
async function keptNames({ source, worker }: Sides, accept: Accept): Promise<ReadonlySet<string> | undefined> {
  const { transferLast } = worker.job;
  if (transferLast === undefined || !filtersManifests(worker.job)) return undefined;
  const kept = new Set<string>();
  for (const snapshot of source.snapshots.toReversed()) {
    if (kept.size >= transferLast) break;
    if (worker.layout.isFinished(snapshot) && (await accept(snapshot)) === undefined) kept.add(snapshot.name);
  }
  return kept;
}

async function isCorrupt({ existing }: PullStep, { targetGroup, worker }: Sides): Promise<boolean> {
  if (existing === undefined) return false;
  const { state, verified } = await worker.layout.describeSnapshot(worker.target, targetGroup, existing);
  return state === 'unreadable' || verified === 'failed';
}
