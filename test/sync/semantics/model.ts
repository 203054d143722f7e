// What a run should leave on the target, written from issue 4's words and facts/pbs.md 4 alone: it shares no line with lib/.

export interface ModelSnapshot {
  finished: boolean;
  notes: string | undefined;
  verified: 'ok' | 'failed' | undefined;
  protected: boolean;
}

export interface ModelGroup {
  owner: string;
  notes: string | undefined;
  /** By day. */
  snapshots: Map<number, ModelSnapshot>;
}

/** Groups by their label. */
export type ModelStore = Map<string, ModelGroup>;

export interface ModelOptions {
  /** Groups that the filter leaves out, by `type/id`: a filter knows no namespaces. */
  readonly excluded: readonly string[];
  readonly transferLast: number | undefined;
  readonly verifiedOnly: boolean;
  readonly fillGaps: boolean;
  readonly carryMarks: boolean;
  readonly removeVanished: boolean;
  readonly vanishedByFilter: boolean;
  /** A share, 0 to 1. */
  readonly maxDelete: number;
  /** Finished snapshots in scope when a run of the same scope last ended well. */
  readonly held?: number | undefined;
}

/** The target after one run that nothing disturbed. */
export function modelRun(source: ModelStore, before: ModelStore, options: ModelOptions): ModelStore {
  const target = structuredClone(before);
  for (const [label, group] of source) {
    if (isInScope(label, options)) pullGroup(label, group, target, options);
  }
  if (options.removeVanished) removeVanished(source, target, options);
  return target;
}

function isInScope(label: string, { excluded }: ModelOptions): boolean {
  return !excluded.includes(label.slice(label.indexOf(':') + 1));
}

function pullGroup(label: string, source: ModelGroup, target: ModelStore, options: ModelOptions): void {
  const copy: ModelGroup = target.get(label) ?? { owner: source.owner, notes: undefined, snapshots: new Map() };
  if (copy.owner !== source.owner) return;
  const newest = Math.max(0, ...copy.snapshots.keys());
  const passing = [...source.snapshots].filter(([, snapshot]) => passes(snapshot, options)).sort(([a], [b]) => a - b);
  const wanted = newestOf(passing, options).filter(([day]) => !copy.snapshots.has(day) && (day > newest || options.fillGaps));

  for (const [day, original] of passing) {
    const twin = copy.snapshots.get(day);
    if (twin !== undefined && (options.carryMarks || day === newest)) followMarks(original, twin);
  }
  for (const [day, snapshot] of wanted) copy.snapshots.set(day, { ...snapshot });
  if (copy.snapshots.size === 0) return;
  copy.notes = source.notes ?? copy.notes;
  target.set(label, copy);
}

function newestOf<T>(ordered: T[], { transferLast }: ModelOptions): T[] {
  return transferLast === undefined ? ordered : ordered.slice(-transferLast);
}

function passes(snapshot: ModelSnapshot, { verifiedOnly }: ModelOptions): boolean {
  return snapshot.finished && (!verifiedOnly || snapshot.verified === 'ok');
}

/** A mark that only the copy has stays; notes and verify state are one document. */
function followMarks(original: ModelSnapshot, copy: ModelSnapshot): void {
  copy.protected ||= original.protected;
  if (original.notes === undefined && copy.notes !== undefined) return;
  copy.notes = original.notes;
  copy.verified = original.verified;
}

function removeVanished(source: ModelStore, target: ModelStore, options: ModelOptions): void {
  const inScope = [...target].filter(([label]) => isInScope(label, options));
  const candidates = inScope.flatMap(([label, group]) =>
    vanishedOf(source.get(label), group, options).map((day) => ({ label, group, day })),
  );
  const isEmptied = ([label, { snapshots }]: [string, ModelGroup]): boolean =>
    !source.has(label) && candidates.filter((each) => each.label === label).length === snapshots.size;
  const suspects = new Map([...target.keys()].map((label) => [label, suspectsOf(label, source, target)]));
  const isSpared = (label: string): boolean => candidates.some((each) => each.label === label) && suspects.get(label)!.length > 0;
  const vanished = candidates.filter(({ label }) => !isSpared(label));
  const count = (store: Iterable<ModelGroup>): number => [...store].reduce((sum, { snapshots }) => sum + snapshots.size, 0);
  if (count(source.values()) === 0) return;
  const offered = offeredBy(source, options);
  const held = options.held ?? offered + vanished.length;
  if (options.maxDelete < 1 && Math.max(vanished.length, held - offered) > options.maxDelete * held) return;
  // What shows that a shorter name was there stays while the longer one is spared for it.
  const evidence = [...target.keys()].filter(isSpared).flatMap((label) => suspects.get(label)!);
  const emptied = inScope.filter(isEmptied).map(([label]) => label);
  for (const { group, day } of vanished) group.snapshots.delete(day);
  for (const label of emptied) if (!isSpared(label) && !evidence.includes(label)) target.delete(label);
}

/** Finished snapshots in scope. */
export function offeredBy(source: ModelStore, options: Pick<ModelOptions, 'excluded'>): number {
  const inScope = [...source].filter(([label]) => !options.excluded.includes(label.slice(label.indexOf(':') + 1)));
  return inScope.flatMap(([, { snapshots }]) => [...snapshots.values()].filter(({ finished }) => finished)).length;
}

/** PBS forgets vm/1000 with vm/100 by mistake, but for what is protected: the shorter names that may have taken this one with them. */
function suspectsOf(label: string, source: ModelStore, target: ModelStore): string[] {
  const alive = (each: string): number[] =>
    [...(source.get(each)?.snapshots ?? [])].filter(([, { protected: kept }]) => !kept).map(([day]) => day);
  const newest = Math.max(0, ...(target.get(label)?.snapshots.keys() ?? []));
  if (newest === 0 || alive(label).length > 0) return [];
  const shorter = [...new Set([...source.keys(), ...target.keys()])].filter((each) => each !== label && label.startsWith(each));
  return shorter.filter((each) => (alive(each).length === 0 ? target.has(each) : Math.min(...alive(each)) > newest));
}

/** Days whose copies go: a filter makes nothing vanish, unless the job says so. */
function vanishedOf(source: ModelGroup | undefined, group: ModelGroup, options: ModelOptions): number[] {
  if (source !== undefined && source.owner !== group.owner) return [];
  const isOffered = (day: number): boolean => {
    const original = source?.snapshots.get(day);
    return original !== undefined && (!options.vanishedByFilter || passes(original, options));
  };
  return [...group.snapshots].filter(([day, copy]) => !isOffered(day) && !copy.protected).map(([day]) => day);
}
