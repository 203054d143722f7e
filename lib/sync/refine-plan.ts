import { formatGroup, type Group, type ListedGroup, type ListedSnapshot } from '../datastore/group.ts';
import type { SnapshotDescription } from '../datastore/layout.ts';
import { DataError } from '../errors.ts';
import { leftOut } from './left-out.ts';
import { mapAhead, READS_AT_ONCE } from './map-ahead.ts';
import { filtersManifests, isCut, type GroupPlan, type PullReason, type PullStep } from './plan-group.ts';
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

export interface RefineSides {
  readonly source: ListedGroup;
  readonly targetGroup: Group;
  readonly worker: Pick<Worker, 'job' | 'layout' | 'source' | 'target' | 'stopReason'>;
  /** Called after each manifest that was read: keeps the lock alive. */
  readonly beat: () => Promise<void>;
}

/**
 * Reads the manifests that the listing alone could not judge, 16 at once: for verified-only, encrypted-only, resync-corrupt and
 * transfer-last. Throws a `DataError` PLANNING_TOO_LONG when one call is too short for that.
 */
export async function refinePlan(plan: GroupPlan, sides: RefineSides): Promise<SurePlan> {
  const left = leftOut();
  const steps: SureStep[] = [];
  const wanted = [...plan.withheld, ...plan.pull].sort((a, b) => (a.snapshot.name < b.snapshot.name ? -1 : 1));
  const judge = judging(wanted, sides);
  const cutoff = await findCutoff(sides, judge);
  const judged = mapAhead(wanted, READS_AT_ONCE, async (step) => {
    // Damage goes first: a copy that also changed would else get a new manifest, and keep what is broken.
    const reason: PullReason | 'corrupt' = (await isCorrupt(step, sides)) ? 'corrupt' : step.reason;
    const needsJudge = reason !== 'check' && !isCut({ ...step, reason }, cutoff);
    return { step, reason, answer: needsJudge ? await judge(step.snapshot) : 'passes' };
  });
  for await (const { step, reason, answer } of judged) {
    if (reason === 'check') continue;
    const { name } = step.snapshot;
    if (isCut({ ...step, reason }, cutoff)) left.add('transfer-last', name);
    else if (answer !== 'passes' && answer !== 'unreadable') left.add(answer, name);
    else steps.push({ ...step, reason });
  }
  return { steps, skipped: [...plan.skipped.filter(({ reason }) => reason !== 'transfer-last'), ...left.list()] };
}

type Refusal = Extract<Skipped['reason'], 'not-verified' | 'not-encrypted'>;
type Answer = Refusal | 'passes' | 'unreadable';
type Judge = (snapshot: ListedSnapshot) => Promise<Answer>;

/**
 * Whether the job's filters let a snapshot of the source pass, or where only `transfer-last` counts whether it reads at all: what
 * is copied already has been read. Each manifest is read once.
 */
function judging(wanted: readonly PullStep[], sides: RefineSides): Judge {
  const { job } = sides.worker;
  const unread = new Set(wanted.map(({ snapshot }) => snapshot.name));
  const seen = new Map<string, Promise<Answer>>();
  const read = async (snapshot: ListedSnapshot): Promise<Answer> => {
    const described = await describe(snapshot, 'source', sides);
    return described.state === 'finished' ? (refusalOf(described, job) ?? 'passes') : 'unreadable';
  };
  return async (snapshot) => {
    const isAsked = filtersManifests(job) || (job.transferLast !== undefined && unread.has(snapshot.name));
    if (!isAsked) return 'passes';
    const answer = seen.get(snapshot.name) ?? read(snapshot);
    seen.set(snapshot.name, answer);
    return answer;
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

/**
 * The oldest snapshot that `transfer-last` lets pass; '': all pass. As PBS it counts from the newest what reads and what the filters
 * let pass (facts/pbs.md 4.1), and reads no more manifests than it takes to find so many.
 */
async function findCutoff({ source, worker }: RefineSides, judge: Judge): Promise<string> {
  const { transferLast } = worker.job;
  if (transferLast === undefined) return '';
  const newestFirst = source.snapshots.filter((snapshot) => worker.layout.isFinished(snapshot)).toReversed();
  const passed: string[] = [];
  let at = 0;
  while (passed.length < transferLast && at < newestFirst.length) {
    const next = newestFirst.slice(at, at + Math.min(transferLast - passed.length, READS_AT_ONCE));
    at += next.length;
    for await (const { name, answer } of mapAhead(next, READS_AT_ONCE, async (each) => ({
      name: each.name,
      answer: await judge(each),
    }))) {
      if (answer === 'passes') passed.push(name);
    }
  }
  return passed.length < transferLast ? '' : (passed.at(-1) ?? '');
}

/**
 * Whether PBS found the copy damaged. A mark that came with the original's manifest is none of the copy: to copy that again would
 * bring the mark again, in each run.
 */
async function isCorrupt({ snapshot, existing }: PullStep, sides: RefineSides): Promise<boolean> {
  if (existing === undefined || !sides.worker.job.resyncCorrupt) return false;
  const copy = await describe(existing, 'target', sides);
  if (copy.state === 'unreadable') return true;
  if (copy.verified !== 'failed') return false;
  return (await describe(snapshot, 'source', sides)).markerDigest !== copy.markerDigest;
}

async function describe(snapshot: ListedSnapshot, side: 'source' | 'target', sides: RefineSides): Promise<SnapshotDescription> {
  const { source, targetGroup, worker, beat } = sides;
  const group = side === 'source' ? source.group : targetGroup;
  if (worker.stopReason() === 'deadline') throw tooLong(source);
  const described = await worker.layout.describeSnapshot(worker[side], group, snapshot);
  await beat();
  return described;
}

function tooLong({ group, snapshots }: ListedGroup): DataError {
  const { namespace, name } = group;
  const message =
    `the manifests of group ${formatGroup(group)} (${String(snapshots.length)} snapshots) could not all be read within one call;` +
    ' turn off resync-corrupt, or prune the group, then run again';
  return new DataError('PLANNING_TOO_LONG', message, { context: { namespace, group: name } });
}
