import type { FlotillaEvent, RunEndEvent, Severity } from '../sync/event/event.ts';
import { stateOf, type NoticeState } from './state.ts';

/** How well runs end, in three classes; a run that was stopped, skipped or only planned says nothing of it. */
export type Standing = 'ok' | 'warning' | 'error';

/** What sort of trouble there was, and how matchers know it. */
export interface Nature {
  readonly name: string;
  readonly state: NoticeState;
  readonly severity: Severity;
}

/** A time in which not all was well, from its first sign on. */
export interface Trouble {
  /** ISO 8601. */
  readonly since: string;
  /** Runs that ended badly. */
  readonly runs: number;
  /** Each once. */
  readonly natures: readonly Nature[];
}

/** What is known of a job from what was told of it; kept in the table. */
export interface Told {
  /** Raised by each write. */
  readonly revision: number;
  /** Ids of the last events that are counted here, the latest last. */
  readonly counted: readonly string[];
  readonly standing: Standing;
  /** While `standing` is not ok. */
  readonly trouble?: Trouble;
  /** The run whose end was told last, and to which targets. */
  readonly lastRun?: { readonly id: string; readonly targets: readonly string[] };
}

/** Before anything happened; so the first good run is no news. */
export const NOTHING_TOLD: Told = { revision: 0, counted: [], standing: 'ok' };

/** An event may be delivered again for a day (EventBridge); a job has fewer in it, but for one that runs every few minutes. */
const MAX_COUNTED = 100;
/** Each is a state with a code: an outage with more than these is told by its first ones. */
const MAX_NATURES = 20;

/** What the event says of how the job stands; undefined: nothing. */
export function standingOf(event: FlotillaEvent): Standing | undefined {
  if (event.type === 'flotilla.tick') return event.kind === 'overdue' ? 'error' : undefined;
  if (event.type !== 'flotilla.run' || event.kind === 'started' || event.kind === 'queued' || event.dryRun) return undefined;
  return STANDINGS[event.state];
}

const STANDINGS: Readonly<Partial<Record<RunEndEvent['state'], Standing>>> = {
  ok: 'ok',
  warnings: 'warning',
  errors: 'error',
  failed: 'error',
};

/**
 * What sort of trouble it is, as far as it changes what a person has to do: whether single groups or the whole run failed, and the kind of
 * the first failure (retry, damaged data, ..); for what an operator must change the very code, since each change may lead to the next one.
 */
export function natureOf(event: FlotillaEvent): string {
  if (event.type === 'flotilla.tick') return 'overdue';
  if (event.type === 'flotilla.delete-guard') return 'delete-refused';
  if (event.type !== 'flotilla.run' || !('state' in event)) return event.type;
  const { failure } = event;
  const kind = failure?.kind === 'ConfigError' ? `ConfigError/${failure.code}` : failure?.kind;
  return kind === undefined ? event.state : `${event.state}/${kind}`;
}

/** What is known once the event has happened; its targets are those that it was told to. */
export function fold(told: Told, event: FlotillaEvent, targets: readonly string[]): Told {
  if (told.counted.includes(event.id) || !changes(event, targets)) return told;
  const standing = standingOf(event) ?? told.standing;
  const { trouble: before, ...rest } = told;
  const trouble = standing === 'ok' ? undefined : addTrouble(before, event);
  return {
    ...rest,
    revision: told.revision + 1,
    counted: [...told.counted, event.id].slice(-MAX_COUNTED),
    standing,
    ...(trouble !== undefined && { trouble }),
    ...(isRunEnd(event) && targets.length > 0 && { lastRun: { id: event.run.id, targets } }),
  };
}

function changes(event: FlotillaEvent, targets: readonly string[]): boolean {
  return standingOf(event) !== undefined || event.type === 'flotilla.delete-guard' || (isRunEnd(event) && targets.length > 0);
}

function addTrouble(trouble: Trouble | undefined, event: FlotillaEvent): Trouble | undefined {
  const isBad = standingOf(event) !== undefined;
  if (!isBad && event.type !== 'flotilla.delete-guard') return trouble;
  const { since = beginOf(event), runs = 0, natures = [] } = trouble ?? {};
  const nature = { name: natureOf(event), state: stateOf(event), severity: event.severity };
  return {
    since,
    runs: runs + (isBad && isRunEnd(event) ? 1 : 0),
    natures: natures.some(({ name }) => name === nature.name) ? natures : [...natures, nature].slice(0, MAX_NATURES),
  };
}

/** A run was broken from its start on, a tick from when it was due. */
function beginOf(event: FlotillaEvent): string {
  if (event.type === 'flotilla.tick' && event.kind === 'overdue') return event.due;
  return isRunEnd(event) ? event.run.startedAt : event.at;
}

export function isRunEnd(event: FlotillaEvent): event is RunEndEvent {
  return event.type === 'flotilla.run' && (event.kind === 'finished' || event.kind === 'skipped');
}
