import type { Job } from '../job.ts';
import type { RunRef } from '../run-store.ts';

/** A run that has asked for its turn: it waits, it plans, or it has planned and is at work on its groups. */
export interface Turn extends Omit<RunRef, 'job'> {
  /** `runOrder`: the lower one goes first. */
  readonly order: string;
  readonly state: 'waiting' | 'planning' | 'working';
}

/** Who asks, and what its own options say of runs that are there already. */
export interface TurnAsker extends RunRef, Pick<Job, 'overlap' | 'queueDepth'> {
  readonly order: string;
}

/** May the run go? `ahead` are the ids of those that go first, `waiting` of those that wait already. */
export type TurnAnswer =
  | { readonly decision: 'go' }
  | { readonly decision: 'wait' | 'skip'; readonly ahead: readonly [string, ...string[]]; readonly waiting: readonly string[] };

export interface AskedTurn {
  readonly turns: readonly Turn[];
  readonly answer: TurnAnswer;
}

/**
 * Decides the turn of a run among the living runs of its job, and says what is known of them then. Who has its turn or its place in
 * line keeps it, however often it asks; no run goes past an earlier one that waits.
 */
export function askTurn(turns: readonly Turn[], asker: TurnAsker): AskedTurn {
  const own = turns.find(({ id }) => id === asker.id);
  if (own !== undefined && own.state !== 'waiting') return { turns, answer: { decision: 'go' } };
  const others = turns.filter(({ id }) => id !== asker.id);
  const waiting = others.filter(({ state }) => state === 'waiting');
  const [first, ...rest] = [
    ...others.filter((other) => isInTheWay(other, asker)),
    ...waiting.filter(({ order }) => order < asker.order),
  ].map(({ id }) => id);
  if (first === undefined) return { turns: [...others, turnOf(asker, 'planning')], answer: { decision: 'go' } };

  const why = { ahead: [first, ...rest], waiting: waiting.map(({ id }) => id) } as const;
  if (own !== undefined) return { turns, answer: { decision: 'wait', ...why } };
  if (waiting.length >= roomToWait(asker)) return { turns, answer: { decision: 'skip', ...why } };
  return { turns: [...others, turnOf(asker, 'waiting')].toSorted(byOrder), answer: { decision: 'wait', ...why } };
}

/** The turns with that of a run in them which was given up and is at work all the same. */
export function putBack(
  turns: readonly Turn[],
  { id, startedAt }: Pick<RunRef, 'id' | 'startedAt'>,
  order: string,
): readonly Turn[] {
  if (turns.some((turn) => turn.id === id)) return turns;
  return [...turns, { id, startedAt, order, state: 'working' }];
}

/** Its own overlap says which runs a run may go beside, not that of those. */
function isInTheWay({ state }: Turn, { overlap }: TurnAsker): boolean {
  return state === 'planning' || (state === 'working' && overlap !== 'parallel');
}

function roomToWait({ overlap, queueDepth }: TurnAsker): number {
  return overlap === 'skip' ? 0 : queueDepth;
}

function turnOf({ id, startedAt, order }: TurnAsker, state: Turn['state']): Turn {
  return { id, startedAt, order, state };
}

function byOrder(a: Turn, b: Turn): number {
  return a.order < b.order ? -1 : 1;
}
