import { formatGroup } from '../datastore/group.ts';
import { DataError } from '../errors.ts';
import { describeLimits } from '../sync/describe-limits.ts';
import { heldBefore } from '../sync/held-before.ts';
import type { Job } from '../sync/job.ts';
import type { PullReason } from '../sync/plan-group.ts';
import { planRemoval, type RemovalPlan } from '../sync/plan-removal.ts';
import { hasWork, planRun, type PlannedGroup } from '../sync/plan-run.ts';
import { plural } from '../sync/report/words.ts';
import { SKIP_WORDS } from '../sync/skip-reasons.ts';
import type { Worker } from '../sync/worker.ts';

/** What a run would do, in lines for people; the `sum` is one of them. */
export interface PlanLine {
  readonly kind: 'limit' | 'work' | 'sum' | 'removal';
  readonly text: string;
}

/**
 * The limits that a run has to keep, what it would copy and what it would remove, from listings alone. Throws a `DataError` behind the
 * removals that the delete guard would refuse: who is told to look at the plan wants to see what would go, were it allowed.
 */
export async function* planLines(worker: Worker): AsyncGenerator<PlanLine> {
  for (const text of describeLimits(worker.job)) yield { kind: 'limit', text };
  yield* groupLines(worker);
  if (worker.job.removeVanished) yield* removalLines(worker);
}

async function* groupLines(worker: Worker): AsyncGenerator<PlanLine> {
  const created = new Set<string>();
  let [groups, working, snapshots] = [0, 0, 0];
  for await (const planned of planRun(worker)) {
    for (const namespace of planned.missingNamespaces) {
      if (!created.has(namespace)) yield { kind: 'work', text: `create namespace ${namespace}` };
      created.add(namespace);
    }
    if (planned.kind === 'namespaces') continue;
    groups += 1;
    working += hasWork(planned.plan) ? 1 : 0;
    snapshots += planned.plan.pull.length;
    for (const text of linesOf(planned, worker.job)) yield { kind: 'work', text };
  }
  const work =
    working === 0 ? 'nothing to do' : `${plural(working, 'group')} with work, ${plural(snapshots, 'snapshot')} to sync`;
  yield { kind: 'sum', text: `${plural(groups, 'group')} on the source, ${work}; nothing was changed` };
}

const REASONS: Readonly<Record<PullReason, string>> = {
  new: 'copy',
  gap: 'copy, it is missing between others',
  retry: 'try again, it failed before',
  changed: 'sync again, it changed',
  added: 'complete it, the source has files that its copy lacks',
  check: 'look whether PBS found its copy damaged',
};

/** What the listing shows is no more than half a plan where a filter has to read manifests. */
function unlessLeftOut({ verifiedOnly, encryptedOnly }: Job): string {
  const filters = [...(verifiedOnly ? ['verified-only'] : []), ...(encryptedOnly ? ['encrypted-only'] : [])];
  return filters.length === 0 ? '' : `, unless ${filters.join(' or ')} leaves it out`;
}

function linesOf({ source, plan }: PlannedGroup, job: Job): readonly string[] {
  const name = formatGroup(source.group);
  const own =
    plan.refusal !== undefined ? [`error: ${plan.refusal.message}`] : plan.incomplete ? ["complete the group's own files"] : [];
  const pulled = plan.pull.map(
    ({ snapshot, reason }) => `${snapshot.name}: ${REASONS[reason]}${reason === 'check' ? '' : unlessLeftOut(job)}`,
  );
  const skipped = plan.skipped.map(({ reason, count, first, last }) => {
    const by = reason === 'held-back' ? `: ${plan.newest ?? ''}` : '';
    return `skip ${plural(count, 'snapshot')} (${count === 1 ? first : `${first} .. ${last}`}): ${SKIP_WORDS[reason]}${by}`;
  });
  return [...own, ...pulled, ...skipped].map((text) => `[${name}]: ${text}`);
}

async function* removalLines(worker: Worker): AsyncGenerator<PlanLine> {
  const held = await heldBefore(worker);
  try {
    yield* linesOfRemoval(await planRemoval({ ...worker, held }));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const job: Job = { ...worker.job, maxDelete: { kind: 'share', share: 1 } };
    yield* linesOfRemoval(await planRemoval({ ...worker, job, held }));
    throw error;
  }
}

function* linesOfRemoval({ removals, kept }: RemovalPlan): Generator<PlanLine> {
  for (const { kind, group, snapshot } of removals) {
    const name = formatGroup(group);
    yield {
      kind: 'removal',
      text: kind === 'snapshot' ? `[${name}]: remove vanished ${snapshot ?? ''}` : `remove vanished ${kind} ${name}`,
    };
  }
  for (const name of kept) yield { kind: 'removal', text: `keep ${name}` };
}
