import type { Week } from './draw-week.ts';
import { judge, weekModel } from './judge-events.ts';
import { faultsOfEnd, type JudgedRun } from './judged-run.ts';
import { isOfRun, type Seen, type SeenRun } from './trace.ts';

/** Whoever died counts for so long at most: its lease, and by how much clocks may differ. */
const FORGOTTEN_MS = 125_001;

export interface Judged {
  /** What is not as the model says; none: all is well. */
  readonly faults: readonly string[];
  /** How often each thing happened. */
  readonly counts: Readonly<Record<string, number>>;
}

/** Says what is wrong with what was seen of a week. The model shares no decision with what it judges. */
export function judgeWeek(week: Week, seen: readonly Seen[]): Judged {
  const [model, runs] = [weekModel(), new Map<string, JudgedRun>()];
  const faults: string[] = [];
  const dead: { readonly forgottenAt: number; readonly run: JudgedRun }[] = [];
  for (const each of seen) {
    while ((dead[0]?.forgottenAt ?? Infinity) <= each.at) {
      const { run, forgottenAt } = dead.shift()!;
      model.turnsOf(run.arrival.job).leaves(run.id, forgottenAt);
    }
    if (!isOfRun(each)) {
      model.ticks.suspend(each.job, each.what === 'suspended');
      continue;
    }
    const run = runs.get(each.run) ?? openRun(each, week);
    runs.set(each.run, run);
    if (each.what === 'dies') dead.push({ forgottenAt: each.at + FORGOTTEN_MS, run });
    faults.push(...judge(model, run, each, each.at).map((fault) => `${new Date(each.at).toISOString()} ${fault}`));
  }
  return { faults: [...faults, ...[...runs.values()].flatMap(faultsOfEnd)], counts: model.counts };
}

function openRun(each: SeenRun, { options }: Week): JudgedRun {
  if (each.what !== 'begins') throw new Error(`run ${each.run} ${each.what} before it begins`);
  const { arrival } = each;
  const ofJob = options[arrival.job];
  if (ofJob === undefined) throw new Error(`there is no job ${arrival.job}`);
  return { id: each.run, arrival, options: { ...ofJob, ...(arrival.input as Partial<typeof ofJob>) }, announced: [] };
}
