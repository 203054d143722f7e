import type { Arrival } from './draw-week.ts';
import type { WeekOptions } from './scene.ts';
import { toldTime } from './judge-ticks.ts';

/** One who waits asks once a minute; a function that dies is called again after half a minute, and then a whole one. */
const ASKS_MS = 61_000;
const CALLED_AGAIN_MS = 100_000;

export interface Asker {
  readonly id: string;
  readonly arrival: Arrival;
  readonly options: WeekOptions;
}

interface Turn extends Asker {
  state: 'waits' | 'plans' | 'works';
  isDead?: boolean;
  /** Since when nobody goes before it. */
  free?: number | undefined;
  crashed?: boolean;
}

/** The runs of one job, each when it asks for its turn. */
export interface TurnModel {
  /** What is wrong with an answer; nothing: it is as it should be. */
  asks(asker: Asker, answer: 'go' | 'wait' | 'skip', now: number): readonly string[];
  has(id: string): boolean;
  crashes(id: string): void;
  works(id: string, now: number): void;
  leaves(id: string, now: number): void;
  /** It blocks the others for a while, or not any more, as its lease was renewed. */
  dies(id: string): void;
  waiting(): readonly string[];
}

export function turnModel(): TurnModel {
  let turns: Turn[] = [];
  const find = (id: string): Turn | undefined => turns.find((turn) => turn.id === id);
  const settle = (now: number): void => {
    for (const turn of turns.filter(({ state }) => state === 'waits')) {
      turn.free = isBlocked(turn, turns) ? undefined : (turn.free ?? now);
    }
  };
  const take = (asker: Asker, answer: 'go' | 'wait' | 'skip'): void => {
    if (answer === 'skip') return;
    const known = find(asker.id);
    const state = answer === 'go' ? 'plans' : 'waits';
    if (known === undefined) turns.push({ ...asker, state });
    else if (known.state === 'waits') known.state = state;
  };
  return {
    asks(asker, answer, now) {
      const faults = [...faultsOfAnswer(asker, answer, turns), ...faultsOfWait(find(asker.id), answer, now)];
      take(asker, answer);
      settle(now);
      return faults;
    },
    has: (id) => turns.some((turn) => turn.id === id),
    crashes: (id) => {
      const turn = find(id);
      if (turn !== undefined) turn.crashed = true;
    },
    works: (id, now) => {
      const turn = find(id);
      if (turn?.state === 'plans') turn.state = 'works';
      settle(now);
    },
    leaves: (id, now) => {
      turns = turns.filter((turn) => turn.id !== id);
      settle(now);
    },
    dies: (id) => {
      const turn = find(id);
      if (turn !== undefined) turn.isDead = true;
    },
    waiting: () => turns.filter(({ state, isDead }) => state === 'waits' && isDead !== true).map(({ id }) => id),
  };
}

/** By the tick, then the start, then the name. */
export function goesBefore(a: Asker, b: Asker): boolean {
  const key = ({ id, arrival }: Asker): readonly [number, number, string] => [toldTime(arrival) ?? arrival.at, arrival.at, id];
  const [[tickA, startA, idA], [tickB, startB, idB]] = [key(a), key(b)];
  if (tickA !== tickB) return tickA < tickB;
  return startA === startB ? idA < idB : startA < startB;
}

function isBlocked(asker: Asker, turns: readonly Turn[]): boolean {
  const others = turns.filter(({ id }) => id !== asker.id);
  return others.some((other) => {
    if (other.state === 'waits') return goesBefore(other, asker);
    return other.state !== 'works' || asker.options.overlap !== 'parallel';
  });
}

const ANSWERS = ['go', 'wait', 'skip'];

/** Of those that died nobody knows whether they still count: the more there are, the worse the answer. */
function faultsOfAnswer(asker: Asker, answer: string, turns: readonly Turn[]): readonly string[] {
  const living = turns.filter(({ isDead }) => isDead !== true);
  const [best, worst] = [answerTo(asker, living), answerTo(asker, turns)];
  if (ANSWERS.slice(ANSWERS.indexOf(best), ANSWERS.indexOf(worst) + 1).includes(answer)) return [];
  const states = turns.map(({ id, state, isDead }) => `${id} ${state}${isDead === true ? ', dead' : ''}`).join(', ');
  return [`${asker.id} is told to ${answer} in the place of ${best}; there are: ${states}`];
}

function answerTo(asker: Asker, turns: readonly Turn[]): 'go' | 'wait' | 'skip' {
  const own = turns.find(({ id }) => id === asker.id);
  if (own !== undefined && own.state !== 'waits') return 'go';
  if (!isBlocked(asker, turns)) return 'go';
  if (own !== undefined) return 'wait';
  const { overlap, 'queue-depth': depth } = asker.options;
  const waiting = turns.filter(({ state }) => state === 'waits').length;
  return overlap === 'skip' || waiting >= depth ? 'skip' : 'wait';
}

function faultsOfWait(turn: Turn | undefined, answer: string, now: number): readonly string[] {
  if (answer !== 'go' || turn?.state !== 'waits' || turn.free === undefined) return [];
  const waited = now - turn.free;
  const most = ASKS_MS + (turn.crashed === true ? CALLED_AGAIN_MS : 0);
  return waited <= most ? [] : [`${turn.id} waits ${String(waited / 1000)} s although nobody goes before it`];
}
