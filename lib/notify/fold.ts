import type { FlotillaEvent } from '../sync/event/event.ts';
import { stateOf } from './state.ts';
import { conditionOf, endedTrouble, isFresh, isRunEnd, natureOf, type Incident, type Nature, type Told } from './told.ts';

/** An event may be delivered again for a day (EventBridge); a job has fewer in it, but for one that runs every few minutes. */
const MAX_COUNTED = 100;
/** Each is a state with a code; of more, those that were seen last are known. */
const MAX_NATURES = 20;

/** What is known once the event has happened; its targets are those that it was told to. */
export function fold(told: Told, event: FlotillaEvent, targets: readonly string[]): Told {
  if (told.counted.includes(event.id) || !changes(event, targets)) return told;
  const { trouble: troubleBefore, lagTargets: lagBefore, ...rest } = told;
  const trouble = troubleAfter(troubleBefore, { told, event, targets });
  const lagTargets = lagTargetsAfter(lagBefore, { told, event, targets });
  return {
    ...rest,
    revision: told.revision + 1,
    counted: [...told.counted, event.id].slice(-MAX_COUNTED),
    ...(trouble !== undefined && { trouble }),
    ...(isRunEnd(event) && targets.length > 0 && { lastRun: { id: event.run.id, targets } }),
    ...(lagTargets !== undefined && { lagTargets }),
  };
}

/** What is known once a message about the event was given up: that sort of trouble is news still to the target that did not get it. */
export function forgetTarget(told: Told, event: FlotillaEvent, target: string): Told {
  const name = natureOf(event);
  const { natures = [] } = told.trouble ?? {};
  const isKnown = natures.some((nature) => nature.name === name && nature.targets.includes(target));
  if (told.trouble === undefined || !isKnown) return told;
  const without = ({ targets }: Nature): readonly string[] => targets.filter((id) => id !== target);
  const left = natures.map((nature) => (nature.name === name ? { ...nature, targets: without(nature) } : nature));
  return { ...told, revision: told.revision + 1, trouble: { ...told.trouble, natures: left } };
}

interface Happening {
  readonly told: Told;
  readonly event: FlotillaEvent;
  readonly targets: readonly string[];
}

function changes(event: FlotillaEvent, targets: readonly string[]): boolean {
  return conditionOf(event) !== undefined || event.type === 'flotilla.lag' || (isRunEnd(event) && targets.length > 0);
}

function troubleAfter(before: Incident | undefined, { told, event, targets }: Happening): Incident | undefined {
  const condition = conditionOf(event);
  if (condition === 'ok') return undefined;
  if (condition === undefined) return before;
  return addTrouble(endedTrouble(told, event) === undefined ? before : undefined, event, targets);
}

function addTrouble(before: Incident | undefined, event: FlotillaEvent, targets: readonly string[]): Incident {
  const { since = beginOf(event), runs = 0, natures = [], targets: toldBefore = [] } = before ?? {};
  const name = natureOf(event);
  const nature = seenAgain(
    natures.find((each) => each.name === name),
    event,
    targets,
  );
  return {
    since,
    runs: runs + (isRunEnd(event) && event.state !== 'skipped' ? 1 : 0),
    targets: union(toldBefore, targets),
    natures: [...natures.filter((each) => each.name !== name), nature].slice(-MAX_NATURES),
  };
}

/** Events may change places on their way: the later time stays, unless a wrong clock wrote it. */
function seenAgain(before: Nature | undefined, event: FlotillaEvent, targets: readonly string[]): Nature {
  const seen = { name: natureOf(event), state: stateOf(event), lastSeenAt: event.at, targets };
  if (before === undefined || !isFresh(before, event.at)) return seen;
  const isLater = Date.parse(before.lastSeenAt) > Date.parse(event.at);
  return { ...seen, targets: union(before.targets, targets), ...(isLater && { lastSeenAt: before.lastSeenAt }) };
}

/** A run was broken from its start on, a tick from when it was due. */
function beginOf(event: FlotillaEvent): string {
  if (event.type === 'flotilla.tick' && event.kind === 'overdue') return event.due;
  return isRunEnd(event) ? event.run.startedAt : event.at;
}

/** Whoever got the message about a run knows the lag from it. */
function lagTargetsAfter(
  before: readonly string[] | undefined,
  { told, event, targets }: Happening,
): readonly string[] | undefined {
  if (event.type !== 'flotilla.lag') return before;
  return event.kind === 'cleared' ? undefined : union(targets, targetsToldOfRun(told, event));
}

/** Targets that the message about the run's end, which says the lag too, has told already. */
export function targetsToldOfRun({ lastRun }: Told, event: FlotillaEvent): readonly string[] {
  return event.type === 'flotilla.lag' && event.run !== undefined && event.run.id === lastRun?.id ? lastRun.targets : [];
}

function union(some: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...some, ...more])];
}
