import { jobDocument, mergeOverrides, parseJob } from '../config/job-document.ts';
import { formatGroup } from '../datastore/group.ts';
import { DataError } from '../errors.ts';
import { describeLimits } from '../sync/describe-limits.ts';
import { iso } from '../sync/iso.ts';
import type { Job } from '../sync/job.ts';
import { heldBefore } from '../sync/held-before.ts';
import { planRemoval, type RemovalPlan } from '../sync/plan-removal.ts';
import { hasWork, planRun, type PlannedGroup } from '../sync/plan-run.ts';
import type { PullReason } from '../sync/plan-group.ts';
import { SKIP_WORDS } from '../sync/skip-reasons.ts';
import type { Worker } from '../sync/worker.ts';
import { plural } from '../sync/report/words.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { openCloud } from './open-cloud.ts';
import type { Terminal } from './terminal.ts';

/** Prints the limits that a run has to keep and what it would do, from listings alone, and changes nothing. */
export async function planCommand(
  job: string,
  overrides: object,
  options: CommonOptions,
  context: CliContext,
): Promise<ExitCode> {
  const document = mergeOverrides(jobDocument(readConfig(options, context), job), overrides);
  const cloud = await openCloud(options, context);
  try {
    const run = { id: 'plan', startedAt: iso(context.now()) };
    const worker = cloud.services.openWorker(parseJob(document), run, { getRemainingTimeInMillis: () => Infinity });
    await printPlan(worker, context.terminal);
    if (worker.job.removeVanished) await printRemoval(worker, context.terminal);
    return EXIT.done;
  } finally {
    await cloud.close();
  }
}

async function printPlan(worker: Worker, { print }: Terminal): Promise<void> {
  const created = new Set<string>();
  for (const line of describeLimits(worker.job)) print(line);
  let groups = 0;
  let working = 0;
  let snapshots = 0;
  for await (const planned of planRun(worker)) {
    for (const namespace of planned.missingNamespaces) {
      if (!created.has(namespace)) print(`create namespace ${namespace}`);
      created.add(namespace);
    }
    if (planned.kind === 'namespaces') continue;
    groups += 1;
    working += hasWork(planned.plan) ? 1 : 0;
    snapshots += planned.plan.pull.length;
    printGroup(planned, worker.job, print);
  }
  print(`${plural(groups, 'group')} on the source, ${formatWork(working, snapshots)}; nothing was changed`);
}

function formatWork(working: number, snapshots: number): string {
  return working === 0 ? 'nothing to do' : `${plural(working, 'group')} with work, ${plural(snapshots, 'snapshot')} to sync`;
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

function printGroup({ source, plan }: PlannedGroup, job: Job, print: Terminal['print']): void {
  const name = formatGroup(source.group);
  if (plan.refusal !== undefined) print(`[${name}]: error: ${plan.refusal.message}`);
  else if (plan.incomplete) print(`[${name}]: complete the group's own files`);
  for (const { snapshot, reason } of plan.pull) {
    print(`[${name}]: ${snapshot.name}: ${REASONS[reason]}${reason === 'check' ? '' : unlessLeftOut(job)}`);
  }
  for (const { reason, count, first, last } of plan.skipped) {
    const by = reason === 'held-back' ? `: ${plan.newest ?? ''}` : '';
    print(
      `[${name}]: skip ${plural(count, 'snapshot')} (${count === 1 ? first : `${first} .. ${last}`}): ${SKIP_WORDS[reason]}${by}`,
    );
  }
}

async function printRemoval(worker: Worker, { print }: Terminal): Promise<void> {
  const held = await heldBefore(worker);
  try {
    printRemovals(await planRemoval({ ...worker, held }), print);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    // Who is told to look at the plan wants to see what would go, were it allowed.
    const job: Job = { ...worker.job, maxDelete: { kind: 'share', share: 1 } };
    printRemovals(await planRemoval({ ...worker, job, held }), print);
    throw error;
  }
}

function printRemovals({ removals, kept }: RemovalPlan, print: Terminal['print']): void {
  for (const { kind, group, snapshot } of removals) {
    print(
      kind === 'snapshot'
        ? `[${formatGroup(group)}]: remove vanished ${snapshot ?? ''}`
        : `remove vanished ${kind} ${formatGroup(group)}`,
    );
  }
  for (const name of kept) print(`keep ${name}`);
}
