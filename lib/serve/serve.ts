import { ConflictError, TransientError } from '../errors.ts';
import type { RunRef } from '../sync/run-store.ts';
import { backoff } from './backoff.ts';
import { decide, nextDue, withIntent, withoutIntent } from './decide.ts';
import type { Facts, NameRun, ServedJob } from './served-job.ts';
import { keepState, type StateKeeper } from './state-keeper.ts';
import type { Intent, ServeState } from './state.ts';

/** Clocks are set, jobs suspended and resumed, runs started by hand: so it looks up at least this often. */
const LOOK_MS = 60_000;

const MINUTE_MS = 60_000;

/**
 * How an intent's run ended. `unfinished`: it has to be executed again, under its name. `missed`: it did not do what it was started
 * for.
 */
export type IntentEnd = 'ended' | 'missed' | 'unfinished';

/** What surrounds the loop. */
export interface ServeWorld {
  readonly loaded: ServeState;
  save(state: ServeState): Promise<void>;
  /** Of the configuration as it is now. */
  jobs(): readonly ServedJob[];
  /** Looks at the world; begins polls that are due, and waits for none. Undefined, and said, when that was not possible. */
  look(state: ServeState): Promise<Facts | undefined>;
  /** Executes a run to its end, or to a safe point when the service is stopped. Throws when it could not even be executed. */
  execute(intent: Intent): Promise<IntentEnd>;
  readonly name: NameRun;
  /** Epoch milliseconds. */
  now(): number;
  /** Passes the time; ends early when `wake` was called, also before, or the service is stopped. */
  wait(milliseconds: number): Promise<void>;
  wake(): void;
  /** Passes the time before a further attempt; ends early when the service is stopped. */
  sleep(milliseconds: number): Promise<void>;
  stopAsked(): boolean;
  /** Stops the service as whoever asks for it from outside does. */
  stop(): void;
  readonly log: { info(message: string): void; error(message: string): void };
}

/** The loop that starts what is due, and the way in for what a person asks for. */
export interface Service {
  /**
   * Starts what is due until it is stopped, then waits for its runs to come to a safe point. What cannot be saved starts nothing, and is
   * tried again. A fault of its own stops it too, and is thrown at the end.
   */
  run(): Promise<void>;
  /**
   * Returns when the run is written down as one to execute, and wakes the loop, which starts it. Throws a `TransientError`
   * SERVE_STATE_UNSAVED when it could not be written down, a `ConflictError` SERVE_STOPPING when the service comes to its end: no run is
   * started then.
   */
  submit(run: RunRef, overrides: Readonly<Record<string, unknown>>): Promise<void>;
  /** Runs that were decided on and have not ended. */
  intents(): readonly Intent[];
}

export function openService(world: ServeWorld): Service {
  const keeper = keepState({
    loaded: world.loaded,
    save: (state) => world.save(state),
    tell: (error) =>
      world.log.error(`the state of the service could not be saved, nothing new starts until it can: ${textOf(error)}`),
  });
  return {
    run: () => serve(keeper, world),
    intents: () => keeper.current.intents,
    submit: async (run, overrides) => {
      if (world.stopAsked())
        throw new ConflictError('SERVE_STOPPING', 'the service is being stopped: no run is started any more');
      const intent: Intent = { run, cause: { kind: 'manual' }, overrides };
      const kept = await keeper.change((state) => withIntent(state, intent));
      const why = 'the service could not write it down, which its log explains: no run was started';
      if (!kept) throw new TransientError('SERVE_STATE_UNSAVED', why);
      world.wake();
    },
  };
}

async function serve(keeper: StateKeeper, world: ServeWorld): Promise<void> {
  const running = new Map<string, Promise<void>>();
  const faults: unknown[] = [];
  const stopFor = (error: unknown): void => {
    faults.push(error);
    world.log.error(`the service ends, as soon as its runs have come to a safe point: ${textOf(error)}`);
    world.stop();
  };
  const start = (intent: Intent): void => {
    const ended = follow(intent, keeper, world)
      .catch(stopFor)
      .finally(() => {
        running.delete(keyOf(intent));
        world.wake();
      });
    running.set(keyOf(intent), ended);
  };
  await startDue(keeper, { world, start, isRunning: (intent) => running.has(keyOf(intent)) }).catch(stopFor);
  await Promise.all(running.values());
  if (faults.length > 0) throw faults[0];
}

interface Starting {
  readonly world: ServeWorld;
  readonly start: (intent: Intent) => void;
  readonly isRunning: (intent: Intent) => boolean;
}

async function startDue(keeper: StateKeeper, { world, start, isRunning }: Starting): Promise<void> {
  while (!world.stopAsked()) {
    const facts = await world.look(keeper.current);
    const isKept = facts === undefined || (await keeper.change((state) => decide(state, world.jobs(), facts, world.name)));
    if (world.stopAsked()) return;
    for (const intent of keeper.current.intents) if (!isRunning(intent)) start(intent);
    await world.wait(isKept ? pause(keeper.current, world.jobs(), facts) : LOOK_MS);
  }
}

function pause(state: ServeState, jobs: readonly ServedJob[], facts: Facts | undefined): number {
  const due = facts === undefined ? undefined : nextDue(state, jobs, facts);
  return due === undefined || facts === undefined ? LOOK_MS : Math.min(Math.max(due - facts.now, 0), LOOK_MS);
}

/** Executes an intent until its run has ended, however often its machinery fails, and takes it away. One that is stopped stays for the next start of the service. */
async function follow(intent: Intent, keeper: StateKeeper, world: ServeWorld): Promise<void> {
  for (let tries = 0; !world.stopAsked(); tries++) {
    const end = await attempt(intent, world);
    if (end !== 'unfinished') return forget(intent, end === 'missed' ? world.now() : undefined, { keeper, world });
    if (world.stopAsked()) return;
    const minutes = backoff(tries);
    world.log.error(`${nameOf(intent)} has not ended, and is tried again in ${String(minutes)} min`);
    await world.sleep(minutes * MINUTE_MS);
  }
}

/** An intent that stays, for it cannot be taken away, is found ended at the next start of the service. */
async function forget(
  intent: Intent,
  missedAt: number | undefined,
  { keeper, world }: { readonly keeper: StateKeeper; readonly world: ServeWorld },
): Promise<void> {
  while (!(await keeper.change((state) => withoutIntent(state, intent, missedAt))) && !world.stopAsked()) {
    await world.sleep(LOOK_MS);
  }
}

async function attempt(intent: Intent, world: ServeWorld): Promise<IntentEnd> {
  try {
    return await world.execute(intent);
  } catch (error) {
    world.log.error(`${nameOf(intent)} could not be executed: ${textOf(error)}`);
    return 'unfinished';
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function nameOf({ run }: Intent): string {
  return `run ${run.id} of job ${run.job}`;
}

function keyOf({ run }: Intent): string {
  return `${run.job}/${run.id}`;
}
