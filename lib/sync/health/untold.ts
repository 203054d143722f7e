import { formatErrorChain, TransientError } from '../../errors.ts';
import type { FlotillaEvent, Tell } from '../event/event.ts';
import { plural } from '../report/words.ts';
import type { RunLog } from '../worker.ts';
import { changeStanding, type StandingWorld } from './change-standing.ts';
import type { Standing } from './health.ts';
import { changed, type StandingChange } from './standing-after.ts';

/** An event takes some kilobytes, an item of the table has room for 400 (facts/aws.md): then the oldest go. */
const MAX_UNTOLD = 50;

/**
 * Events that a change of a standing brings about. They are written with it and taken out when they were told, so that whoever dies between
 * leaves them to the next one: they are told at least once, and none that did not come true.
 */
export function withUntold(before: Standing | undefined, events: readonly FlotillaEvent[]): Pick<StandingChange, 'untold'> {
  const untold = before?.untold ?? [];
  const fresh = events.filter(({ id }) => !untold.some((event) => event.id === id));
  return { untold: [...untold, ...fresh].slice(-MAX_UNTOLD) };
}

export interface TellingWorld extends StandingWorld {
  readonly tell: Tell;
}

/**
 * Tells what waits in a standing that was just read or written. Throws a `TransientError` EVENTS_UNTOLD, when the rest was told, for what
 * nobody took: it waits for the next run or watch.
 */
export async function tellUntold(job: string, standing: Standing | undefined, world: TellingWorld): Promise<void> {
  const waiting = standing?.untold ?? [];
  const { told, failures } = await tellAll(waiting, world.tell);
  if (told.size > 0) await changeStanding(job, (before) => without(before, told), world);
  if (failures.length === 0) return;
  const rest = plural(waiting.length - told.size, 'event');
  const kept = `${rest} of job ${job} could not be told, and will be by its next run or watch`;
  const bound = waiting.length < MAX_UNTOLD ? '' : `; no more than ${String(MAX_UNTOLD)} are kept, the oldest go`;
  throw new TransientError('EVENTS_UNTOLD', `${kept}${bound}`, { context: { job }, cause: failures[0] });
}

/** The same in a run: a run that nobody can be told of is better than no copy. Twice if need be: there may be no watch. */
export async function tellUntoldAndGoOn(
  job: string,
  standing: Standing | undefined,
  world: TellingWorld & { readonly log: RunLog },
): Promise<void> {
  try {
    await tellUntold(job, standing, world).catch(async () => tellUntold(job, await world.store.loadStanding(job), world));
  } catch (error) {
    world.log.error(formatErrorChain(error));
  }
}

/** In their order. Who cannot be reached for one is not asked for the next; an event that cannot be told at all holds up no other. */
async function tellAll(events: readonly FlotillaEvent[], tell: Tell): Promise<{ told: Set<string>; failures: unknown[] }> {
  const told = new Set<string>();
  const failures: unknown[] = [];
  for (const event of events) {
    try {
      await tell(event);
      told.add(event.id);
    } catch (error) {
      failures.push(error);
      if (error instanceof TransientError) break;
    }
  }
  return { told, failures };
}

function without(before: Standing | undefined, told: ReadonlySet<string>): Standing | undefined {
  const rest = before?.untold?.filter(({ id }) => !told.has(id)) ?? [];
  if (before?.untold === undefined || rest.length === before.untold.length) return before;
  return changed(before, { untold: rest.length === 0 ? undefined : rest }, before.changedAt);
}
