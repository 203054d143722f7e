import type { FlotillaEvent } from '../sync/event/event.ts';
import { targetsToldOfRun } from './fold.ts';
import type { Audience } from './match.ts';
import { conditionOf, endedTrouble, isQuietSkip, isRunEnd, knowingTargets, type Incident, type Told } from './told.ts';
import type { NotifyMode } from './target.ts';

/** What is done about one event. */
export interface Decision extends Audience {
  /** The trouble that the event ends. */
  readonly recoveredFrom?: Incident;
}

/** Whether an event is told in a mode, and to whom, after all that was told of its job before. */
export function decide(mode: NotifyMode, told: Told, event: FlotillaEvent): Decision {
  const recoveredFrom = endedTrouble(told, event);
  const isDone = mode === 'never' || told.counted.includes(event.id);
  return {
    who: isDone ? 'none' : whoHears(mode, event, recoveredFrom),
    ...(recoveredFrom && { recoveredFrom }),
    also: toldOfBeginning(told, event),
    except: mode === 'never' ? [] : whoKnows(mode, told, event),
  };
}

function whoHears(
  mode: Exclude<NotifyMode, 'never'>,
  event: FlotillaEvent,
  recoveredFrom: Incident | undefined,
): Audience['who'] {
  if (isQuiet(event)) return mode === 'error' ? 'none' : 'listed';
  if (mode === 'always') return 'all';
  if (mode === 'error') return isTrouble(event) ? 'all' : 'none';
  return recoveredFrom !== undefined || isBad(event) || event.type !== 'flotilla.run' ? 'all' : 'none';
}

/** Beginnings, and runs for which there was nothing to do: only who asks for them by name hears of them. */
function isQuiet(event: FlotillaEvent): boolean {
  if (event.type !== 'flotilla.run') return false;
  return !isRunEnd(event) || isQuietSkip(event);
}

/** PBS's `error` tells of failed jobs; what else keeps a copy from being good belongs to it here. */
function isTrouble(event: FlotillaEvent): boolean {
  if (isRunEnd(event)) return conditionOf(event) === 'error' || isSkip(event);
  if (event.type === 'flotilla.lag') return event.kind === 'raised';
  return isBad(event);
}

function isBad(event: FlotillaEvent): boolean {
  const condition = conditionOf(event);
  return condition === 'warning' || condition === 'error';
}

/** A run that was skipped because of another one. */
function isSkip(event: FlotillaEvent): boolean {
  return isRunEnd(event) && event.state === 'skipped' && isBad(event);
}

/** Who was told that it began hears that it is over, whatever a matcher's hours or severities. */
function toldOfBeginning(told: Told, event: FlotillaEvent): readonly string[] {
  if (event.type === 'flotilla.lag') return event.kind === 'cleared' ? (told.lagTargets ?? []) : [];
  return endedTrouble(told, event)?.targets ?? [];
}

/** Who need not hear it, since another message said it, or will. */
function whoKnows(mode: Exclude<NotifyMode, 'never'>, told: Told, event: FlotillaEvent): readonly string[] {
  if (event.type === 'flotilla.lag') return targetsToldOfRun(told, event);
  return mode === 'on-change' || (mode === 'error' && isSkip(event)) ? whoKnowsOfTrouble(told, event) : [];
}

function whoKnowsOfTrouble(told: Told, event: FlotillaEvent): readonly string[] {
  // The message that all is well again says how long no run came: what was missed in a known trouble is no news beside it.
  if (event.type === 'flotilla.tick' && event.kind === 'skipped') return told.trouble?.targets ?? [];
  return isBad(event) && endedTrouble(told, event) === undefined ? knowingTargets(told, event) : [];
}
