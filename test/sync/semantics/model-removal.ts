// Part of the model of a run: what remove-vanished takes away. It shares no line with lib/.
import type { ModelGroup, ModelOptions, ModelRun, ModelStore } from './model.ts';
import {
  chainOf,
  copyLabel,
  isBelowAnchor,
  isInScope,
  isOwner,
  labelOf,
  nameOf,
  namespaceOf,
  onSource,
  onTarget,
  passes,
} from './model-scope.ts';

/** One group of the target in the job's reach, and what vanished of it. */
interface Reached {
  readonly label: string;
  readonly group: ModelGroup;
  readonly days: readonly number[];
  /** Nothing of it is left when they are gone. */
  readonly isEmptied: boolean;
}

export function removeVanished(run: ModelRun): void {
  const { source, target, options } = run;
  const reached = [...target.groups].flatMap(([label, group]) => reach(label, group, run));
  const suspects = new Map(reached.map(({ label }) => [label, suspectOf(label, run)]));
  const going = reached.filter(({ label, ...each }) => isTouched(each) && suspects.get(label) === undefined);
  // What shows that a shorter name was there stays while the longer one is spared for it.
  const evidence = reached.filter(isTouched).map(({ label }) => suspects.get(label));
  const goneGroups = going.filter(({ label, isEmptied }) => isEmptied && !evidence.includes(label)).map(({ label }) => label);
  const goneNamespaces = vanishedNamespaces(run, new Set(goneGroups));

  const snapshots = sum(going.map(({ days }) => days.length));
  if (snapshots + goneGroups.length + goneNamespaces.length === 0 || isRemovalRefused(source, snapshots, options)) return;
  for (const { label, group, days } of going) {
    for (const day of days) {
      group.snapshots.delete(day);
      target.failed.delete(`${label} ${String(day)}`);
    }
  }
  for (const label of goneGroups) target.groups.delete(label);
  for (const namespace of goneNamespaces) target.namespaces.delete(namespace);
}

const isTouched = ({ days, isEmptied }: Pick<Reached, 'days' | 'isEmptied'>): boolean => days.length > 0 || isEmptied;

/** A lost source is not a pruned one: lost is what would go, and what the source has less than at the last good run. */
function isRemovalRefused(source: ModelStore, going: number, options: ModelOptions): boolean {
  const listed = [...source.groups].filter(([label]) => isBelowAnchor(namespaceOf(label), options));
  if (sum(listed.map(([, group]) => group.snapshots.size)) === 0) return true;
  const offered = offeredBy(source, options);
  const basis = options.held ?? offered + going;
  return Math.max(going, basis - offered) > mostOf(options, basis);
}

/** Snapshots with a manifest that the job reaches. */
export function offeredBy(source: ModelStore, options: ModelOptions): number {
  const inScope = [...source.groups].filter(([label]) => isInScope(label, options));
  return sum(inScope.map(([, { snapshots }]) => [...snapshots.values()].filter(({ state }) => state !== 'begun').length));
}

/**
 * PBS forgets vm/1000 with vm/100 by mistake, but for what is protected: the shorter name that may have taken this one along, since
 * it is gone too, or begun again later.
 */
function suspectOf(label: string, run: ModelRun): string | undefined {
  const { source, target, options } = run;
  const alive = (copy: string): string[] => {
    const original = source.groups.get(labelOf(onSource(namespaceOf(copy), options), nameOf(copy)));
    return [...(original?.snapshots.values() ?? [])].filter((each) => !each.protected).map(({ time }) => time);
  };
  const copies = [...target.groups.get(label)!.snapshots.values()].filter(({ state }) => state !== 'begun');
  const newest = copies
    .map(({ time }) => time)
    .sort()
    .at(-1);
  if (newest === undefined || alive(label).length > 0) return undefined;
  const known = [...source.groups.keys()].filter((each) => isBelowAnchor(namespaceOf(each), options));
  const others = new Set([...target.groups.keys(), ...known.map((each) => copyLabel(each, options))]);
  const shorter = [...others].filter((each) => each !== label && label.startsWith(each)).sort();
  return shorter.find((each) => {
    const oldest = alive(each).sort()[0];
    return oldest === undefined ? target.groups.has(each) : oldest > newest;
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

function mostOf({ maxDelete }: ModelOptions, snapshots: number): number {
  return 'count' in maxDelete ? maxDelete.count : maxDelete.share < 1 ? maxDelete.share * snapshots : Infinity;
}

function reach(label: string, group: ModelGroup, run: ModelRun): Reached[] {
  const { source, options, troubled } = run;
  const { targetNamespace: anchor } = options;
  const namespace = namespaceOf(label);
  const isBelow = anchor === '' || namespace === anchor || namespace.startsWith(`${anchor}/`);
  const from = labelOf(isBelow ? onSource(namespace, options) : '', nameOf(label));
  if (!isBelow || !isInScope(from, options)) return [];

  const original = source.groups.get(from);
  if (troubled.has(label) || lacksOwner(original) || isForeign(original, group, options)) {
    return [{ label, group, days: [], isEmptied: false }];
  }
  const vanished = [...group.snapshots].filter(([day]) => !isKept(original, day, options)).map(([day]) => day);
  const days = vanished.filter((day) => group.snapshots.get(day)?.protected !== true);
  return [{ label, group, days, isEmptied: original === undefined && days.length === group.snapshots.size }];
}

/** A group has an owner from its first backup on: without it it is damaged. */
function lacksOwner(original: ModelGroup | undefined): boolean {
  return original !== undefined && original.owner === undefined && original.snapshots.size > 0;
}

/** A filter makes nothing vanish, unless the job says so; then what is in progress has vanished too. */
function isKept(original: ModelGroup | undefined, day: number, options: ModelOptions): boolean {
  const snapshot = original?.snapshots.get(day);
  if (snapshot === undefined || !options.vanishedByFilter) return snapshot !== undefined;
  return snapshot.state === 'torn' || (snapshot.state === 'finished' && passes(snapshot, options));
}

/** A copy whose original is gone is the source's, unless the job names an owner. */
function isForeign(original: ModelGroup | undefined, copy: ModelGroup, { owner }: ModelOptions): boolean {
  if (owner !== 'source') return copy.owner !== owner;
  return original !== undefined && (!isOwner(original.owner) || copy.owner !== original.owner);
}

/** What the source has at any depth stays, and so does what holds a group, or is above one that does. */
function vanishedNamespaces({ source, target, options }: ModelRun, gone: ReadonlySet<string>): string[] {
  const wanted = new Set(chainOf(options.targetNamespace));
  for (const namespace of source.namespaces) {
    if (isBelowAnchor(namespace, options)) for (const name of chainOf(onTarget(namespace, options))) wanted.add(name);
  }
  for (const label of target.groups.keys())
    if (!gone.has(label)) for (const name of chainOf(namespaceOf(label))) wanted.add(name);
  const anchor = options.targetNamespace;
  return [...target.namespaces].filter((name) => {
    const isBelow = anchor === '' ? name !== '' : name.startsWith(`${anchor}/`);
    const depth = chainOf(name).length - chainOf(anchor).length;
    return isBelow && !wanted.has(name) && depth <= (options.maxDepth ?? 7);
  });
}
