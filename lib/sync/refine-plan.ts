import type { Group, ListedGroup, ListedSnapshot } from '../datastore/group.ts';
import type { SnapshotDescription } from '../datastore/layout.ts';
import { filtersManifests, leftOut, type GroupPlan, type PullStep } from './plan-group.ts';
import type { Skipped } from './report/group-record.ts';
import type { Worker } from './worker.ts';

/** A step that is to be taken; `corrupt`: the copy is damaged, and nothing of it is trusted. */
export interface SureStep extends Omit<PullStep, 'reason'> {
  readonly reason: Exclude<PullStep['reason'], 'check'> | 'corrupt';
}

export interface SurePlan {
  readonly steps: readonly SureStep[];
  readonly skipped: readonly Skipped[];
}

/** What is done to a copy that is there: `transfer-last` is about those that are not. */
export const OF_COPIES: readonly SureStep['reason'][] = ['changed', 'added', 'corrupt'];

interface Sides {
  readonly source: ListedGroup;
  readonly targetGroup: Group;
  readonly worker: Pick<Worker, 'job' | 'layout' | 'source' | 'target'>;
}

/** Reads the manifests that the listing alone could not judge: for verified-only, encrypted-only and resync-corrupt. */
export async function refinePlan(plan: GroupPlan, sides: Sides): Promise<SurePlan> {
  const left = leftOut();
  const judge = judging(sides);
  const kept = await keptNames(sides, judge);
  const steps: SureStep[] = [];
  for (const step of plan.pull) {
    const { name } = step.snapshot;
    // Damage goes first: a copy that also changed would else get a new manifest, and keep what is broken.
    const reason = (await isCorrupt(step, sides)) ? 'corrupt' : step.reason;
    if (reason === 'check') continue;
    const answer = await judge(step.snapshot);
    if (answer !== 'passes' && answer !== 'unreadable') left.add(answer, name);
    else if (kept?.has(name) === false && !OF_COPIES.includes(reason)) left.add('transfer-last', name);
    else steps.push({ ...step, reason });
  }
  return { steps, skipped: [...plan.skipped, ...left.list()] };
}

type Refusal = Extract<Skipped['reason'], 'not-verified' | 'not-encrypted'>;
type Judge = (snapshot: ListedSnapshot) => Promise<Refusal | 'passes' | 'unreadable'>;

/** Whether the job's filters let a snapshot of the source pass; each manifest is read once. */
function judging({ source, worker }: Sides): Judge {
  const { job, layout } = worker;
  const seen = new Map<string, Promise<SnapshotDescription>>();
  return async (snapshot) => {
    if (!filtersManifests(job)) return 'passes';
    const known = seen.get(snapshot.name) ?? layout.describeSnapshot(worker.source, source.group, snapshot);
    seen.set(snapshot.name, known);
    const described = await known;
    return described.state === 'finished' ? (refusalOf(described, job) ?? 'passes') : 'unreadable';
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
async function keptNames({ source, worker }: Sides, judge: Judge): Promise<ReadonlySet<string> | undefined> {
  const { transferLast } = worker.job;
  if (transferLast === undefined || !filtersManifests(worker.job)) return undefined;
  const kept = new Set<string>();
  for (const snapshot of source.snapshots.toReversed()) {
    if (kept.size >= transferLast) break;
    if (worker.layout.isFinished(snapshot) && (await judge(snapshot)) === 'passes') kept.add(snapshot.name);
  }
  return kept;
}

async function isCorrupt({ existing }: PullStep, { targetGroup, worker }: Sides): Promise<boolean> {
  if (existing === undefined || !worker.job.resyncCorrupt) return false;
  const { state, verified } = await worker.layout.describeSnapshot(worker.target, targetGroup, existing);
  return state === 'unreadable' || verified === 'failed';
}
