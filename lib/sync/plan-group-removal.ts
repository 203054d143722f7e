import { findFile, formatGroup, type Group, type ListedGroup, type ListedSnapshot } from '../datastore/group.ts';
import type { Layout } from '../datastore/layout.ts';
import { mapAhead, READS_AT_ONCE } from './map-ahead.ts';
import { refusalOf } from './refine-plan.ts';
import type { Removal, RemovalSides } from './plan-removal.ts';

/** `stays`: something of the group is left on the target. */
export interface GroupRemoval {
  readonly removals: readonly Removal[];
  readonly kept: readonly string[];
  readonly stays: boolean;
}

/** What vanished of one group: its copies whose originals are gone, but for those that are protected or somebody else's. */
export async function planGroupRemoval(
  sides: RemovalSides,
  source: ListedGroup | undefined,
  target: ListedGroup,
): Promise<GroupRemoval> {
  const { layout } = sides;
  const offered = await offeredNames(sides, source);
  const vanished = target.snapshots.filter(({ name }) => !offered.has(name));
  const isGone = source === undefined;
  if (vanished.length === 0 && !isGone) return { removals: [], kept: [], stays: true };

  const name = formatGroup(target.group);
  if (source !== undefined && lacksFiles(layout, source)) return { removals: [], kept: [`${name} (${LOST_FILES})`], stays: true };
  const foreign = await foreignOwner(sides, source, target);
  if (foreign !== undefined) return { removals: [], kept: [`${name} (belongs to ${foreign})`], stays: true };
  const kept = vanished.filter((snapshot) => layout.isProtected(snapshot));
  const removable = vanished.filter((snapshot) => !layout.isProtected(snapshot));
  const removals = removable.map((snapshot) => snapshotRemoval(layout, target.group, snapshot));
  const whole = isGone && kept.length === 0;
  return {
    removals: whole ? [...removals, groupRemoval(layout, target)] : removals,
    kept: kept.map((snapshot) => `${name}/${snapshot.name} (protected)`),
    stays: !whole,
  };
}

/** A group has an owner from its first backup on: one with snapshots and without is damaged, by PBS as likely as not, and not pruned. */
function lacksFiles(layout: Layout, { files, snapshots }: ListedGroup): boolean {
  return snapshots.length > 0 && layout.groupFiles.some((name) => findFile(files, name) === undefined);
}

const LOST_FILES =
  'on the source it has lost its owner, as when PBS forgets a group whose name begins its own: give it one in PBS (change owner)';

/**
 * The snapshots that keep their copies. What a filter does not let pass has not vanished, unless the job says so with
 * `vanished-by-filter`; then, as in PBS (facts/pbs.md 4.2), one in progress has vanished too.
 */
async function offeredNames(
  { job, layout, source: reader }: RemovalSides,
  source: ListedGroup | undefined,
): Promise<ReadonlySet<string>> {
  const isOffered = async (snapshot: ListedSnapshot): Promise<[string, boolean]> => [
    snapshot.name,
    !job.vanishedByFilter || (layout.isFinished(snapshot) && (await passes(snapshot))),
  ];
  const offered = new Set<string>();
  for await (const [name, is] of mapAhead(source?.snapshots ?? [], READS_AT_ONCE, isOffered)) if (is) offered.add(name);
  return offered;

  async function passes(snapshot: ListedSnapshot): Promise<boolean> {
    if (source === undefined || !(job.verifiedOnly || job.encryptedOnly)) return true;
    return refusalOf(await layout.describeSnapshot(reader, source.group, snapshot), job) === undefined;
  }
}

/** Who owns the copy, if that is not who should; a copy whose original is gone is the source's, unless the job names an owner. */
async function foreignOwner(
  { job, layout, source: reader, target: copies }: RemovalSides,
  source: ListedGroup | undefined,
  target: ListedGroup,
): Promise<string | undefined> {
  if (job.owner === 'source' && source === undefined) return undefined;
  const { owner } = await layout.describeGroup(copies, target);
  const wanted = job.owner === 'source' && source !== undefined ? (await layout.describeGroup(reader, source)).owner : job.owner;
  return owner === wanted ? undefined : (owner ?? 'nobody valid');
}

/** The commit marker first, alone: after it the rest is invisible. */
function snapshotRemoval(layout: Layout, group: Group, snapshot: ListedSnapshot): Removal {
  const prefix = layout.snapshotPrefix(group, snapshot.name);
  const marker = layout.commitMarker(snapshot);
  const rest = snapshot.files.filter(({ name }) => name !== marker?.name);
  const names = [...(marker === undefined ? [] : [marker]), ...rest].map(({ name }) => name);
  return { kind: 'snapshot', group, snapshot: snapshot.name, prefix, names };
}

function groupRemoval(layout: Layout, { group, files }: ListedGroup): Removal {
  return { kind: 'group', group, prefix: layout.groupPrefix(group), names: files.map(({ name }) => name) };
}
