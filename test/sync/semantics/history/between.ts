import type { ModelGroup, ModelSnapshot, ModelStore } from '../model.ts';

/** What a run that died may have left: of each thing what was there before, or what would have been there in the end. */
interface Ends {
  readonly source: ModelStore;
  readonly before: ModelStore;
  readonly wanted: ModelStore;
}

/** What is wrong with what a run that died has left, one line each. */
export function faultsBetween(found: ModelStore, { source, before, wanted }: Ends): string[] {
  const labels = new Set([...found.groups.keys(), ...before.groups.keys(), ...wanted.groups.keys()]);
  const ofGroups = [...labels].flatMap((label) =>
    groupFaults(label, found.groups.get(label), before.groups.get(label), wanted.groups.get(label)),
  );
  return [
    ...ofGroups,
    ...setFaults('namespace', found.namespaces, before.namespaces, wanted.namespaces),
    ...[...before.chunks].filter((digest) => !found.chunks.has(digest)).map((digest) => `chunk ${digest} is gone`),
    ...[...found.chunks]
      .filter((digest) => !before.chunks.has(digest) && !source.chunks.has(digest))
      .map((digest) => `chunk ${digest} comes from nowhere`),
  ];
}

function setFaults(what: string, found: Set<string>, before: Set<string>, wanted: Set<string>): string[] {
  const gone = [...before].filter((name) => wanted.has(name) && !found.has(name)).map((name) => `${what} ${name} is gone`);
  return [
    ...gone,
    ...[...found].filter((name) => !before.has(name) && !wanted.has(name)).map((name) => `${what} ${name} is new`),
  ];
}

type Maybe<T> = T | undefined;

function groupFaults(label: string, found: Maybe<ModelGroup>, before: Maybe<ModelGroup>, wanted: Maybe<ModelGroup>): string[] {
  if (found === undefined) return before !== undefined && wanted !== undefined ? [`group ${label} is gone`] : [];
  if (before === undefined && wanted === undefined) return [`group ${label} is new`];
  const isEither = (key: 'owner' | 'notes'): boolean => [before?.[key], wanted?.[key]].includes(found[key]);
  const days = new Set([...found.snapshots.keys(), ...(before?.snapshots.keys() ?? []), ...(wanted?.snapshots.keys() ?? [])]);
  return [
    ...(['owner', 'notes'] as const).filter((key) => !isEither(key)).map((key) => `${key} of ${label}: ${found[key] ?? '-'}`),
    ...[...days].flatMap((day) =>
      snapshotFaults(`${label} ${String(day)}`, {
        found: found.snapshots.get(day),
        before: before?.snapshots.get(day),
        wanted: wanted?.snapshots.get(day),
      }),
    ),
  ];
}

interface Three {
  readonly found: Maybe<ModelSnapshot>;
  readonly before: Maybe<ModelSnapshot>;
  readonly wanted: Maybe<ModelSnapshot>;
}

const isVisible = (snapshot: Maybe<ModelSnapshot>): snapshot is ModelSnapshot =>
  snapshot !== undefined && snapshot.state !== 'begun';

function snapshotFaults(name: string, { found, before, wanted }: Three): string[] {
  if (!isVisible(found)) return isVisible(before) && isVisible(wanted) ? [`${name} is gone`] : [];
  if (!isVisible(before) && !isVisible(wanted)) return [`${name} should not be there`];
  const members = ['state', 'notes', 'verified', 'protected', 'log'] as const;
  // The log comes after the manifest that shows the snapshot.
  const ends = [{ log: false, ...before }, wanted];
  const strange = members.filter((member) => !ends.some((end) => end?.[member] === found[member]));
  return strange.map((member) => `${name}: ${member} is ${String(found[member])}`);
}
