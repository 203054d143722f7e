import { decide, nextDue, withoutIntent } from './decide.ts';
import type { Facts, NameRun, ServedJob } from './served-job.ts';
import { keepState, type StateKeeper } from './state-keeper.ts';
import type { Intent, ServeState } from './state.ts';

/** Clocks are set, jobs suspended and resumed, runs started by hand: so it looks up at least this often. */
export const LOOK_MS = 60_000;

/** A run whose machinery failed is tried so often before it is given up. */
const MAX_TRIES = 3;

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
  readonly log: { info(message: string): void; error(message: string): void };
}

/** Starts what is due until it is stopped, then waits for its runs to come to a safe point. */
export async function serve(world: ServeWorld): Promise<void> {
  const keeper = keepState(world.loaded, (state) => world.save(state));
  const running = new Map<string, Promise<void>>();
  let broken: { readonly error: unknown } | undefined;
  const start = (intent: Intent): void => {
    const ended = follow(intent, keeper, world)
      .catch((error: unknown) => void (broken ??= { error }))
      .finally(() => {
        running.delete(keyOf(intent));
        world.wake();
      });
    running.set(keyOf(intent), ended);
  };
  while (!world.stopAsked() && broken === undefined) {
    const facts = await world.look(keeper.current);
    if (facts !== undefined) await keeper.change((state) => decide(state, world.jobs(), facts, world.name));
    if (world.stopAsked()) break;
    for (const intent of keeper.current.intents) if (!running.has(keyOf(intent))) start(intent);
    await world.wait(pause(keeper.current, world.jobs(), facts));
  }
  await Promise.all(running.values());
  if (broken !== undefined) throw broken.error;
}

function pause(state: ServeState, jobs: readonly ServedJob[], facts: Facts | undefined): number {
  const due = facts === undefined ? undefined : nextDue(state, jobs, facts);
  return due === undefined || facts === undefined ? LOOK_MS : Math.min(Math.max(due - facts.now, 0), LOOK_MS);
}

/** Executes an intent until its run has ended, and takes it away. One that is stopped stays for the next start of the service. */
async function follow(intent: Intent, keeper: StateKeeper, world: ServeWorld): Promise<void> {
  for (let tries = 1; !world.stopAsked(); tries++) {
    const end = await attempt(intent, world);
    if (world.stopAsked() && end === 'unfinished') return;
    if (end !== 'unfinished' || tries === MAX_TRIES) {
      if (end === 'unfinished') world.log.error(`${nameOf(intent)} was given up after ${String(MAX_TRIES)} attempts`);
      await keeper.change((state) => withoutIntent(state, intent, end === 'missed' ? world.now() : undefined));
      return;
    }
    await world.sleep(LOOK_MS);
  }
}

async function attempt(intent: Intent, world: ServeWorld): Promise<IntentEnd> {
  try {
    return await world.execute(intent);
  } catch (error) {
    world.log.error(`${nameOf(intent)} could not be executed: ${error instanceof Error ? error.message : String(error)}`);
    return 'unfinished';
  }
}

function nameOf({ run }: Intent): string {
  return `run ${run.id} of job ${run.job}`;
}

function keyOf({ run }: Intent): string {
  return `${run.job}/${run.id}`;
}
