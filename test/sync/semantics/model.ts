// What a run should leave on the target, written from issue 4's words and facts/pbs.md 4 alone: it shares no line with lib/.
import { changed, followSnapshot, isDamaged, isSame, markerOf } from './model-copies.ts';
import { removeVanished } from './model-removal.ts';
import { chainOf, copyLabel, isInDepth, isInScope, isOwner, namespaceOf, onTarget, passes } from './model-scope.ts';

/** `found ..`: what the PBS at the target itself found. */
export type ModelVerified = 'ok' | 'failed' | 'found ok' | 'found failed' | undefined;

export interface ModelSnapshot {
  /** Begun: without a manifest, which no reader sees; torn: its manifest does not read. */
  state: 'begun' | 'finished' | 'torn';
  notes: string | undefined;
  verified: ModelVerified;
  protected: boolean;
  log: boolean;
  /** Whether every file is encrypted. */
  readonly encrypted: boolean;
  /** Digests that its indexes name. */
  readonly chunks: readonly string[];
  /** `2025-11-01T08:00:00Z` */
  readonly time: string;
  /** Of a copy: the original's manifest when it was copied or last followed; undefined: nobody remembers. */
  of?: string | undefined;
  /** Of a copy: whether its manifest is the one that it was given, as far as anybody remembers. */
  given?: boolean;
}

export interface ModelGroup {
  /** What the owner file says; undefined: there is none. */
  owner: string | undefined;
  notes: string | undefined;
  /** By day. */
  snapshots: Map<number, ModelSnapshot>;
}

/** Groups by their label, `host/web` or `a/b:host/web`. */
export interface ModelStore {
  groups: Map<string, ModelGroup>;
  namespaces: Set<string>;
  /** Chunks that are there and good. */
  chunks: Set<string>;
  /** Of a target: `label day` of each snapshot whose last attempt failed. */
  failed: Set<string>;
  inUse: boolean;
}

export interface ModelOptions {
  readonly namespace: string;
  readonly targetNamespace: string;
  readonly maxDepth: number | undefined;
  /** Whether the filter lets a `type/id` pass: it knows no namespaces. */
  readonly passesFilter: (name: string) => boolean;
  readonly transferLast: number | undefined;
  readonly verifiedOnly: boolean;
  readonly encryptedOnly: boolean;
  readonly resyncCorrupt: boolean;
  readonly owner: string;
  readonly fillGaps: boolean;
  readonly carryMarks: boolean;
  readonly removeVanished: boolean;
  readonly vanishedByFilter: boolean;
  /** A share, 0 to 1, or a number of snapshots. */
  readonly maxDelete: { readonly share: number } | { readonly count: number };
  /** Snapshots in reach when a run of the same reach last ended well. */
  readonly held?: number | undefined;
  readonly allowInUse: boolean;
  readonly dryRun: boolean;
}

/** One run: what it reads, what it makes of the target, and the groups of the target that it could not bring up to date. */
export interface ModelRun {
  readonly source: ModelStore;
  readonly target: ModelStore;
  readonly options: ModelOptions;
  readonly troubled: Set<string>;
}

/** One run that nothing disturbed: its `target` is what it leaves. */
export function modelRun(source: ModelStore, before: ModelStore, options: ModelOptions): ModelRun {
  const target = structuredClone(before);
  const run: ModelRun = { source, target, options, troubled: new Set() };
  if (options.dryRun || isRefused(run)) return run;
  for (const name of chainOf(options.targetNamespace)) target.namespaces.add(name);
  for (const name of source.namespaces) {
    if (isInDepth(name, options)) for (const above of chainOf(onTarget(name, options))) target.namespaces.add(above);
  }
  for (const [label, group] of source.groups) if (isInScope(label, options)) pullGroup(label, group, run);
  if (options.removeVanished) removeVanished(run);
  return run;
}

/** A PBS has the target, or the source is lost: nothing is where the job looks, or no more where the target has something. */
function isRefused({ source, target, options }: ModelRun): boolean {
  if (target.inUse && !options.allowInUse) return true;
  if (holdsAny(source, options.namespace)) return false;
  return options.namespace !== '' || holdsAny(target, options.targetNamespace);
}

function holdsAny({ groups, namespaces }: ModelStore, anchor: string): boolean {
  const isBelow = (name: string): boolean => anchor === '' || name === anchor || name.startsWith(`${anchor}/`);
  return [...namespaces].some(isBelow) || [...groups.keys()].map(namespaceOf).some(isBelow);
}

interface Step {
  readonly day: number;
  readonly does: 'copy' | 'follow' | 'replace';
}

function pullGroup(label: string, source: ModelGroup, run: ModelRun): void {
  const { target, options, troubled } = run;
  const to = copyLabel(label, options);
  const copy: ModelGroup = target.groups.get(to) ?? { owner: undefined, notes: undefined, snapshots: new Map() };
  const steps = stepsOf({ source, copy, to, run });
  const hasWork = steps.length > 0 || lacksGroupFiles(source, copy, options);

  const owner = ownerFor(source, copy, options);
  if (owner === undefined) {
    if (hasWork || isSeenForeign(source, copy, options)) troubled.add(to);
    return;
  }
  if (!hasWork) return;
  copy.owner = owner;
  copy.notes = source.notes ?? copy.notes;
  target.groups.set(to, copy);
  for (const step of steps) takeStep(step, { source, copy, to, run });
}

/** Whose the copy is to be; undefined: it has no valid owner, or is somebody else's. */
function ownerFor(source: ModelGroup, copy: ModelGroup, options: ModelOptions): string | undefined {
  const owner = options.owner === 'source' ? source.owner : options.owner;
  return isOwner(owner) && (copy.owner === undefined || copy.owner === owner) ? owner : undefined;
}

/** Told in each run, as long as there is a backup that it concerns; what an owner file says is read where there is a copy. */
function isSeenForeign(source: ModelGroup, copy: ModelGroup, { owner }: ModelOptions): boolean {
  const isMissing = owner === 'source' && source.owner === undefined;
  return newestOf(source) > 0 && (isMissing || copy.owner !== undefined);
}

/** Notes follow by themselves only where there is a copy that they describe. */
function lacksGroupFiles(source: ModelGroup, copy: ModelGroup, { carryMarks }: ModelOptions): boolean {
  if (newestOf(copy) === 0) return false;
  if (copy.owner === undefined) return true;
  if (source.notes === undefined) return false;
  return copy.notes === undefined || (carryMarks && copy.notes !== source.notes);
}

function newestOf({ snapshots }: ModelGroup): number {
  return Math.max(0, ...[...snapshots].filter(([, { state }]) => state !== 'begun').map(([day]) => day));
}

interface Pair {
  readonly source: ModelGroup;
  readonly copy: ModelGroup;
  readonly to: string;
  readonly run: ModelRun;
}

function stepsOf(pair: Pair): Step[] {
  const { source, copy, run } = pair;
  const newest = newestOf(copy);
  const days = [...source.snapshots.keys()].sort((a, b) => a - b);
  const steps = days.flatMap((day): Step[] => {
    const original = source.snapshots.get(day)!;
    if (original.state === 'begun') return [];
    const twin = copy.snapshots.get(day);
    const isThere = twin !== undefined && twin.state !== 'begun';
    const does = isThere ? followUp({ ...pair, day, original, twin, newest }) : missing(pair, day, newest);
    return does === undefined ? [] : [{ day, does }];
  });
  const first = firstOfLast(pair, days, steps);
  return steps.filter(({ day, does }) => {
    const original = source.snapshots.get(day)!;
    return (original.state === 'torn' || passes(original, run.options)) && (does !== 'copy' || day >= first);
  });
}

function missing({ to, run: { options, target } }: Pair, day: number, newest: number): 'copy' | undefined {
  return day > newest || options.fillGaps || target.failed.has(`${to} ${String(day)}`) ? 'copy' : undefined;
}

/** The oldest day that transfer-last lets pass: it counts from the newest what reads and what the filters let pass. */
function firstOfLast({ source, run: { options } }: Pair, days: readonly number[], steps: readonly Step[]): number {
  const { transferLast, verifiedOnly, encryptedOnly } = options;
  const counting = days.filter((day) => {
    const original = source.snapshots.get(day)!;
    if (original.state === 'finished') return passes(original, options);
    // What nobody has to read is not known to be torn.
    const isRead = verifiedOnly || encryptedOnly || steps.some((step) => step.day === day);
    return original.state === 'torn' && !isRead;
  });
  return transferLast === undefined ? 0 : (counting.at(-transferLast) ?? 0);
}

interface Twins extends Pair {
  readonly day: number;
  readonly original: ModelSnapshot;
  readonly twin: ModelSnapshot;
  readonly newest: number;
}

function followUp({ day, original, twin, newest, to, run }: Twins): 'follow' | 'replace' | undefined {
  const { carryMarks, resyncCorrupt } = run.options;
  if (resyncCorrupt && isDamaged(twin, original)) return 'replace';
  const failedBefore = run.target.failed.has(`${to} ${String(day)}`) && !isSame(original, twin);
  const isLookedAt = carryMarks || day === newest;
  return failedBefore || (isLookedAt && changed(original, twin)) ? 'follow' : undefined;
}

function takeStep({ day, does }: Step, { source, copy, to, run }: Pair): void {
  const original = source.snapshots.get(day)!;
  const twin = copy.snapshots.get(day);
  const isDone =
    original.state === 'finished' &&
    (does === 'follow' ? followSnapshot(original, twin!) : bringContent(original, run) && place(original, day, copy));
  if (isDone) run.target.failed.delete(`${to} ${String(day)}`);
  else {
    run.target.failed.add(`${to} ${String(day)}`);
    if (twin !== undefined) Object.assign(twin, { of: undefined, given: false });
    // An unreadable original is a warning: it is tried again, and fails nothing.
    if (original.state === 'finished') run.troubled.add(to);
  }
}

/** Every good chunk comes, also for a snapshot that lacks another one. */
function bringContent({ chunks }: ModelSnapshot, { source, target }: ModelRun): boolean {
  const missing = chunks.filter((digest) => !target.chunks.has(digest));
  for (const digest of missing) if (source.chunks.has(digest)) target.chunks.add(digest);
  return missing.every((digest) => source.chunks.has(digest));
}

function place(original: ModelSnapshot, day: number, { snapshots }: ModelGroup): true {
  const before = snapshots.get(day);
  snapshots.set(day, {
    ...original,
    protected: original.protected || before?.protected === true,
    log: original.log || before?.log === true,
    ...{ of: markerOf(original), given: true },
  });
  return true;
}
