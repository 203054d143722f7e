import { formatGroup, type Group } from '../datastore/group.ts';
import { formatHumanByte } from '../datastore/human-byte.ts';
import type { Job } from './job.ts';
import type { RunTrigger } from './payloads.ts';
import type { SureStep } from './refine-plan.ts';
import type { GroupRecord, Skipped } from './report/group-record.ts';
import { plural } from './report/words.ts';
import type { MissedTicks, RunRecord } from './run-store.ts';
import { SKIP_WORDS } from './skip-reasons.ts';
import type { LogPlace } from './worker.ts';

/** The lines of a run's log, in PBS's own words where PBS has them (facts/pbs.md 4.5). */

export function placeOf({ namespace, name }: Group, snapshot?: string, archive?: string): LogPlace {
  return {
    ...{ namespace, group: name },
    ...(snapshot !== undefined && { snapshot }),
    ...(archive !== undefined && { archive }),
  };
}

/** PBS's prefix of all lines about one group, `[ns/type/id]: `; empty for a line about the whole run. */
export function placePrefix(at: LogPlace | undefined): string {
  return at === undefined ? '' : `[${formatGroup({ namespace: at.namespace, name: at.group })}]: `;
}

export function startLines(job: Job, { scheduledTime, missed, afterRun }: RunTrigger & Pick<RunRecord, 'missed'>): string[] {
  const { id, source, target, namespace, targetNamespace } = job;
  return [
    `Starting datastore sync job '${id}'`,
    ...(scheduledTime === undefined ? [] : [`task triggered by schedule, due at ${scheduledTime}`]),
    ...(missed === undefined ? [] : [missedLine(missed)]),
    ...(afterRun === undefined ? [] : [`task comes after run ${afterRun}, which ended well`]),
    `sync datastore '${target.id}' from '${source.id}'`,
    '----',
    `Syncing ${datastoreText(source.id, namespace)} into ${datastoreText(target.id, targetNamespace)}`,
  ];
}

function missedLine({ count, since }: MissedTicks): string {
  return `serves what was missed before as well: ${plural(count, 'time')} of the schedule since ${since}`;
}

function datastoreText(id: string, namespace: string): string {
  return `datastore '${id}', ${namespace === '' ? 'root namespace' : `namespace '${namespace}'`}`;
}

/** PBS counts what its filter lets pass; here `working` are those among them that have work. */
export function foundLine(working: number, total: number): string {
  return `Found ${String(working)} groups to sync (out of ${String(total)} total)`;
}

export function endLine(job: string): string {
  return `sync job '${job}' end`;
}

export function skippedLine({ reason, count, first, last }: Skipped): string {
  return `skipped: ${String(count)} snapshot(s) (${rangeText(first, last)}) - ${SKIP_WORDS[reason]}`;
}

/** `copy`: the newest snapshot on the target, of which the source knows nothing. */
export function heldBackLine(skipped: Skipped, copy: string): string {
  return `${skippedLine(skipped)}: ${copy}; set fill-gaps to copy them all the same, or forget ${copy} on the target if it is wrong`;
}

export function wouldSyncLine(names: readonly string[]): string {
  return `would sync ${String(names.length)} snapshot(s) (${rangeText(names[0] ?? '', names.at(-1) ?? '')})`;
}

function rangeText(first: string, last: string): string {
  return first === last ? first : `${first} .. ${last}`;
}

/** `resumed`: an earlier call of the same worker ended in the middle of this snapshot. */
export function snapshotStartLine({ snapshot, existing, reason }: SureStep, resumed: boolean): string {
  if (resumed) return `${snapshot.name}: resume sync`;
  if (reason === 'corrupt') return `re-sync snapshot ${snapshot.name} due to corruption`;
  return existing === undefined || reason === 'new' || reason === 'gap'
    ? `${snapshot.name}: start sync`
    : `re-sync snapshot ${snapshot.name}`;
}

/** `written`: bytes of anything that the target did not have. */
export function snapshotEndLine(snapshot: string, written: number): string {
  return written === 0 ? `${snapshot}: no data changes` : `${snapshot}: sync done`;
}

export function archiveStartLine(snapshot: string, archive: string): string {
  return `${snapshot}/${archive}: sync archive`;
}

/** Bytes that were moved for one archive, its index with them, and the rate by the clock from its first chunk to its last. */
export function archiveEndLine(snapshot: string, archive: string, moved: { bytes: number; seconds: number }): string {
  const rate = moved.seconds > 0 ? ` (${formatHumanByte(Math.round(moved.bytes / moved.seconds))}/s)` : '';
  return `${snapshot}/${archive}: downloaded ${formatHumanByte(moved.bytes)}${rate}`;
}

export function clientLogLine(snapshot: string, archive: string): string {
  return `Snapshot ${snapshot}: got backup log file ${archive}`;
}

/** How far a group is: the snapshot just now was copied or left out, or has failed. */
export function snapshotsDoneLine(
  group: Group,
  { snapshotsDone, snapshots }: Pick<GroupRecord, 'snapshotsDone' | 'snapshots'>,
  hasFailed: boolean,
): string {
  const place = `snapshot ${String(snapshotsDone)}/${String(snapshots)} within ${formatGroup(group)}`;
  return `${place} ${hasFailed ? 'has failed' : 'is done'}`;
}

/** A failure as one line from the outside in: what was being done, to which thing, why. */
export function failedLine(what: string, why: string): string {
  return `${what} failed - ${why}`;
}

/** How far a run is: groups that are done, and for those at work how many of their snapshots are. */
export interface RunPosition {
  readonly groups: number;
  readonly done: number;
  readonly working: readonly { readonly snapshots: number; readonly snapshotsDone: number }[];
}

/** 0 to 1, as PBS counts: done groups, and each group at work by the share of its snapshots. */
export function shareDone({ groups, done, working }: RunPosition): number {
  if (groups === 0) return 1;
  const parts = working.map(({ snapshots, snapshotsDone }) => (snapshots === 0 ? 0 : Math.min(snapshotsDone / snapshots, 1)));
  return Math.min((done + parts.reduce((sum, part) => sum + part, 0)) / groups, 1);
}

/** With one group at work it says where in it, as PBS does with one worker. */
export function percentageLine(position: RunPosition): string {
  const { groups, done, working } = position;
  const [only] = working;
  const where =
    working.length === 1 && only !== undefined && only.snapshotsDone > 0
      ? `, ${String(only.snapshotsDone)}/${String(only.snapshots)} snapshots in group #${String(done + 1)}`
      : '';
  return `percentage done: ${percentText(position)} (${String(done)}/${String(groups)} groups${where})`;
}

/** Cut off, not rounded: 100 % is said when all is done. */
export function percentText(position: RunPosition): string {
  return `${(Math.floor(shareDone(position) * 10_000 + 1e-6) / 100).toFixed(2)}%`;
}
