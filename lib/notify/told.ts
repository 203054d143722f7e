import { isAhead } from '../sync/overlap/clocks.ts';
import type { FlotillaEvent, RunEndEvent } from '../sync/event/event.ts';
import type { NoticeState } from './state.ts';

/** How well a job is by what happened to it, in three classes; a run that was stopped or only planned says nothing of it. */
export type Condition = 'ok' | 'warning' | 'error';

/** What sort of trouble there is, and who knows. */
export interface Nature {
  readonly name: string;
  readonly state: NoticeState;
  /** ISO 8601. */
  readonly lastSeenAt: string;
  /** Ids of the targets that it was told to. */
  readonly targets: readonly string[];
}

/** A time in which not all was well, from its first sign on. */
export interface Incident {
  /** ISO 8601. */
  readonly since: string;
  /** Runs that ended badly. */
  readonly runs: number;
  /** Ids of the targets that anything of it was told to: they are to hear of its end. */
  readonly targets: readonly string[];
  /** Each once, the one that was seen last at the end. */
  readonly natures: readonly Nature[];
}

/** What is known of a job from what was told of it; kept in the table. */
export interface Told {
  /** Raised by each write. */
  readonly revision: number;
  /** Ids of the last events that are counted here, the latest last. */
  readonly counted: readonly string[];
  /** Since the last sign that all is well. */
  readonly trouble?: Incident;
  /** The run whose end was told last, and to which targets. */
  readonly lastRun?: { readonly id: string; readonly targets: readonly string[] };
  /** While lag is over max-lag: ids of the targets that were told so. */
  readonly lagTargets?: readonly string[];
}

/** Before anything happened; so the first good run is no news. */
export const NOTHING_TOLD: Told = { revision: 0, counted: [] };

/**
 * What the event says of how the job stands; undefined: nothing. A run that ends ok while snapshots are still missing, one that looked at few groups for
 * example, is no good sign. A run that was skipped because of another one is a bad one: if the other is stuck, nothing is copied.
 */
export function conditionOf(event: FlotillaEvent): Condition | undefined {
  if (event.type === 'flotilla.delete-guard') return 'warning';
  if (event.type === 'flotilla.tick') return event.kind === 'overdue' ? 'error' : undefined;
  if (!isRunEnd(event) || event.dryRun) return undefined;
  if (event.state === 'ok') return event.lag.missing === 0 ? 'ok' : undefined;
  return isQuietSkip(event) ? undefined : CONDITIONS[event.state];
}

const CONDITIONS: Readonly<Partial<Record<RunEndEvent['state'], Condition>>> = {
  warnings: 'warning',
  skipped: 'warning',
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

export function isRunEnd(event: FlotillaEvent): event is RunEndEvent {
  return event.type === 'flotilla.run' && (event.kind === 'finished' || event.kind === 'skipped');
}

/** A run for which there was nothing to do, or that was not to go. */
export function isQuietSkip(event: RunEndEvent): boolean {
  return event.state === 'skipped' && event.severity === 'info';
}

/** The trouble that the event ends: all of it, or all but warnings, which some jobs end with each night. Undefined: none. */
export function endedTrouble({ trouble }: Told, event: FlotillaEvent): Incident | undefined {
  if (trouble === undefined) return undefined;
  const isEased = leavesWarningsAlone(event) && trouble.natures.some(({ state }) => state !== 'warnings');
  return conditionOf(event) === 'ok' || isEased ? trouble : undefined;
}

function leavesWarningsAlone(event: FlotillaEvent): boolean {
  return isRunEnd(event) && !event.dryRun && event.state === 'warnings' && event.lag.missing === 0;
}

/** For how long a nature is known after it was seen: for more than a week, which is as seldom as a job may run whose people want no mail each time. */
const KNOWN_FOR_MS = 8 * 86_400_000;

/** Targets that know already of trouble of the event's nature. */
export function knowingTargets({ trouble }: Told, event: FlotillaEvent): readonly string[] {
  const nature = trouble?.natures.find(({ name }) => name === natureOf(event));
  return nature !== undefined && isFresh(nature, event.at) ? nature.targets : [];
}

/** What a clock wrote that was far ahead is not fresh: it would stay so for years. */
export function isFresh({ lastSeenAt }: Pick<Nature, 'lastSeenAt'>, at: string): boolean {
  const [seen, now] = [Date.parse(lastSeenAt), Date.parse(at)];
  return now - seen < KNOWN_FOR_MS && !isAhead(seen, now);
}
