import type { FlotillaEvent } from '../sync/event/event.ts';
import type { Audience, Matchable } from './match.ts';
import { isRunEnd, natureOf, standingOf, type Told, type Trouble } from './told.ts';
import type { NotifyMode } from './target.ts';

/** What is done about one event. */
export interface Decision {
  readonly audience: Audience;
  /** The trouble that the event ends. */
  readonly recoveredFrom?: Trouble;
  /** How matchers may know it too: who was to hear of the trouble is to hear of its end. */
  readonly alsoAs: readonly Pick<Matchable, 'state' | 'severity'>[];
  /** Targets that another message about the same run has told already. */
  readonly except: readonly string[];
}

const LAG_RAISED = { state: 'lag-raised', severity: 'warning' } as const;

/** Whether an event is told in a mode, after all that was told of its job before. */
export function decide(mode: NotifyMode, told: Told, event: FlotillaEvent): Decision {
  const { trouble } = told;
  const recovered = trouble !== undefined && told.standing !== 'ok' && standingOf(event) === 'ok';
  return {
    audience: mode === 'never' || told.counted.includes(event.id) ? 'none' : audienceOf(mode, told, event),
    ...(recovered && { recoveredFrom: trouble }),
    alsoAs: recovered ? trouble.natures : event.type === 'flotilla.lag' && event.kind === 'cleared' ? [LAG_RAISED] : [],
    except: toldBy(told, event),
  };
}

function audienceOf(mode: Exclude<NotifyMode, 'never'>, told: Told, event: FlotillaEvent): Audience {
  if (isQuiet(event)) return mode === 'error' ? 'none' : 'listed';
  if (mode === 'always') return 'all';
  return (mode === 'error' ? isTrouble(event) : isNews(told, event)) ? 'all' : 'none';
}

/** Beginnings, and runs for which there was nothing to do: only who asks for them by name hears of them. */
function isQuiet(event: FlotillaEvent): boolean {
  if (event.type !== 'flotilla.run') return false;
  return !isRunEnd(event) || (event.state === 'skipped' && event.severity === 'info');
}

/** PBS's `error` tells of failed jobs; what else keeps a copy from being good belongs to it here. */
function isTrouble(event: FlotillaEvent): boolean {
  if (isRunEnd(event)) return standingOf(event) === 'error';
  if (event.type === 'flotilla.lag') return event.kind === 'raised';
  return event.type === 'flotilla.delete-guard' || (event.type === 'flotilla.tick' && event.kind === 'overdue');
}

/** What is not like what was told last. */
function isNews(told: Told, event: FlotillaEvent): boolean {
  if (event.type === 'flotilla.lag') return true;
  // The message that all is well again says how long no run came: what was missed in a known trouble is no news beside it.
  if (event.type === 'flotilla.tick' && event.kind === 'skipped') return told.standing === 'ok';
  const isNewNature = !(told.trouble?.natures ?? []).some(({ name }) => name === natureOf(event));
  if (event.type === 'flotilla.delete-guard') return isNewNature;
  const standing = standingOf(event);
  if (standing === undefined) return false;
  return standing === 'ok' ? told.standing !== 'ok' : isNewNature;
}

/** The message about a run's end says how far the copy is behind: who got it needs no second one. */
function toldBy({ lastRun }: Told, event: FlotillaEvent): readonly string[] {
  return event.type === 'flotilla.lag' && event.run !== undefined && event.run.id === lastRun?.id ? lastRun.targets : [];
}
