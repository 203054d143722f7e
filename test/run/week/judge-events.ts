import { groupModel, type GroupModel } from './judge-groups.ts';
import { tickModel, type TickModel, type Verdict } from './judge-ticks.ts';
import { turnModel, type TurnModel } from './judge-turns.ts';
import { faultsOfRecord, faultsOfServed, type JudgedRun } from './judged-run.ts';
import { JOB_IDS } from './scene.ts';
import type { SeenOfRun } from './trace.ts';

/** All that is known of a week at a moment of it. */
export interface WeekModel {
  readonly ticks: TickModel;
  readonly groups: GroupModel;
  turnsOf(job: string): TurnModel;
  /** How often each thing happened. */
  readonly counts: Record<string, number>;
}

export function weekModel(): WeekModel {
  const turns = new Map(JOB_IDS.map((job) => [job, turnModel()]));
  const turnsOf = (job: string): TurnModel => {
    const found = turns.get(job);
    if (found === undefined) throw new Error(`there is no job ${job}`);
    return found;
  };
  return { ticks: tickModel(), groups: groupModel(), turnsOf, counts: {} };
}

type Judges = {
  readonly [What in SeenOfRun['what']]: (
    model: WeekModel,
    run: JudgedRun,
    each: Extract<SeenOfRun, { readonly what: What }>,
    at: number,
  ) => readonly string[];
};

const none: readonly string[] = [];

/** What is wrong with each thing that a run did; the model learns of it. */
const JUDGES: Judges = {
  begins: () => none,
  serves: (model, run, { tick }, at) => {
    const verdict = admit(model, run, at);
    if (!('serves' in verdict)) return [`${run.id} serves ${tick.served}: ${JSON.stringify(verdict)}`];
    return faultsOfServed(run.id, tick, verdict.serves);
  },
  asks: (model, run, { answer }, at) => {
    const [verdict, turns] = [admit(model, run, at), model.turnsOf(run.arrival.job)];
    run.isRefused = answer === 'skip';
    if (answer === 'skip' || (answer === 'wait' && !turns.has(run.id))) count(model, answer);
    const isMeant = verdict.kind === 'go' ? none : [`${run.id} asks for its turn: ${JSON.stringify(verdict)}`];
    return [...isMeant, ...turns.asks(run, answer, at)];
  },
  records: (model, run, { record }, at) => {
    admit(model, run, at);
    run.record = record;
    return faultsOfRecord(run, record);
  },
  'records-group': ({ groups, ...model }, run, { record: { name, state, doing } }) => {
    if (state !== 'waiting') {
      groups.goesOn(name, run.id);
      return none;
    }
    count(model, 'wait for a group');
    return groups.waits(name, run, doing);
  },
  works: (model, { id, arrival }, _, at) => {
    model.turnsOf(arrival.job).works(id, at);
    return none;
  },
  leaves: (model, { id, arrival }, _, at) => {
    model.turnsOf(arrival.job).leaves(id, at);
    model.groups.leaves(id);
    return none;
  },
  locks: ({ groups }, run, { group }) => groups.locks(group, run),
  unlocks: ({ groups }, { id }, { group }) => {
    groups.unlocks(group, id);
    return none;
  },
  writes: ({ groups }, { id }, { group }) => groups.writes(group, id),
  crashes: (model, { id, arrival }) => {
    count(model, 'crash');
    model.turnsOf(arrival.job).crashes(id);
    return none;
  },
  announces: (_, { announced }, { state }) => {
    announced.push(state);
    return none;
  },
  dies: (model, run) => {
    count(model, 'die');
    run.isDead = true;
    model.turnsOf(run.arrival.job).dies(run.id);
    model.groups.leaves(run.id);
    return none;
  },
  ends: (model, run, { status }, at) => {
    admit(model, run, at);
    run.end = status;
    return none;
  },
};

export function judge(model: WeekModel, run: JudgedRun, each: SeenOfRun, at: number): readonly string[] {
  // The table has for each kind of thing a judge of just that kind, which the compiler cannot follow.
  const one = JUDGES[each.what] as (...known: [WeekModel, JudgedRun, SeenOfRun, number]) => readonly string[];
  return one(model, run, each, at);
}

/** What should become of its tick, decided once: when it first does something for it. */
function admit(model: WeekModel, run: JudgedRun, at: number): Verdict {
  if (run.verdict !== undefined) return run.verdict;
  const verdict = model.ticks.decide(run.arrival, at);
  run.verdict = verdict;
  count(model, verdict.kind === 'skip' ? verdict.why : verdict.kind);
  if ('serves' in verdict) {
    if (verdict.serves.missed.length > 0) count(model, 'catch up');
    model.ticks.serve(run.arrival, run.id, verdict.serves);
  }
  return verdict;
}

function count({ counts }: Pick<WeekModel, 'counts'>, what: string): void {
  const kind = what.replace(/ by run .*/, '');
  counts[kind] = (counts[kind] ?? 0) + 1;
}
