import { formatGroup } from '../datastore/group.ts';
import { percentageLine, percentText, shareDone, type RunPosition } from '../sync/log-lines.ts';
import type { GroupRecord } from '../sync/report/group-record.ts';
import { formatBytes, formatSeconds } from '../sync/report/words.ts';
import type { After } from './grouped-log.ts';
import type { Terminal } from './terminal.ts';

const REFRESH_MS = 1000;
/** Looking at thousands of records must not keep the table from its work. */
const REST_PER_LOOK = 3;

/** On a pipe a line is said after so much of the run, or so much time, has passed since the last one. */
const SAY_EVERY_SHARE = 0.1;
const SAY_EVERY_MS = 30_000;

const MAX_WORKER_LINES = 16;

/** A run as the table shows it at one moment; `groups` are those that have work. */
export interface Look {
  readonly groups: number;
  readonly records: readonly GroupRecord[];
}

export interface ProgressOptions {
  readonly terminal: Pick<Terminal, 'isLive' | 'live'>;
  /** Undefined: the run is not planned yet. */
  readonly look: () => Promise<Look | undefined>;
  /** Tells how far the run is where nobody looks at live lines. */
  readonly say: (line: string) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly after: After;
}

/** Shows a run while it goes on: live lines on a terminal, elsewhere now and then a line of the log. */
export function showProgress({ terminal, look, say, now, after }: ProgressOptions): { end(): Promise<void> } {
  const lines = liveLines(now);
  const milestones = sayMilestones(now);
  let ended = false;
  const refresh = async (): Promise<void> => {
    const start = now();
    const seen = await look();
    if (seen !== undefined && terminal.isLive && !ended) terminal.live(lines(seen));
    const line = seen === undefined || terminal.isLive ? undefined : milestones(positionOf(seen), ended);
    if (line !== undefined) say(line);
    again(start);
  };
  const again = (start: number): void => {
    if (!ended) cancel = after(Math.max(REFRESH_MS, (now() - start) * REST_PER_LOOK), begin);
  };
  // Progress is for looking at: when the table does not answer, the run itself says so.
  const begin = () => void (current = refresh().catch(() => again(now())));
  let current: Promise<void> = Promise.resolve();
  let cancel = after(REFRESH_MS, begin);
  return {
    end: async () => {
      ended = true;
      cancel();
      await current;
      await refresh().catch(() => undefined);
      terminal.live([]);
    },
  };
}

export function positionOf({ groups, records }: Look): RunPosition {
  const working = records.filter(isWorking);
  return { groups, done: records.length - working.length, working };
}

function isWorking({ state }: GroupRecord): boolean {
  return state === 'running' || state === 'waiting';
}

/** The line to say now, if one is due: the first progress, and then after each tenth or half a minute, and at the end. */
export function sayMilestones(now: () => number): (position: RunPosition, atEnd?: boolean) => string | undefined {
  let said = { share: 0, at: now() };
  return (position, atEnd = false) => {
    const share = shareDone(position);
    const isDue =
      share - said.share >= SAY_EVERY_SHARE - 1e-9 || now() - said.at >= SAY_EVERY_MS || (atEnd && share > said.share);
    if (position.groups === 0 || !isDue) return undefined;
    said = { share, at: now() };
    return percentageLine(position);
  };
}

/** A line a worker and one for all, at each look. */
export function liveLines(now: () => number): (look: Look) => string[] {
  const rates = new Map<string, Rate>();
  let since: { readonly at: number; readonly share: number } | undefined;
  return (look) => {
    const position = positionOf(look);
    const share = shareDone(position);
    since ??= { at: now(), share };
    const working = look.records.filter(isWorking);
    const shown = working.slice(0, MAX_WORKER_LINES).map((record) => workerLine(record, rateOf(record, rates)));
    const more = working.length - shown.length;
    const left = secondsLeft({ share: share - since.share, seconds: (now() - since.at) / 1000, toGo: 1 - share });
    return [...shown, ...(more > 0 ? [`  .. and ${String(more)} more at work`] : []), totalLine(look, position, left)];
  };
}

function totalLine({ records }: Look, position: RunPosition, left: number | undefined): string {
  const bytes = records.reduce((sum, { tally }) => sum + tally.bytes, 0);
  const eta = left === undefined ? '' : `, about ${formatSeconds(left)} left`;
  return `${percentText(position)} (${String(position.done)}/${String(position.groups)} groups), ${formatBytes(bytes)} written${eta}`;
}

/** Seconds that the rest takes when it goes on as it went since the first look; undefined while that says too little. */
export function secondsLeft({ share, seconds, toGo }: { share: number; seconds: number; toGo: number }): number | undefined {
  return share < 0.01 || seconds < 1 ? undefined : (seconds / share) * toGo;
}

interface Rate {
  readonly bytes: number;
  readonly at: number;
  readonly perSecond: number;
}

/** Bytes a second between the last two times that the worker wrote its record. */
function rateOf({ tally, updatedAt, ...group }: GroupRecord, rates: Map<string, Rate>): number {
  const name = formatGroup(group);
  const at = Date.parse(updatedAt);
  const before = rates.get(name) ?? { bytes: tally.bytes, at, perSecond: 0 };
  const seconds = (at - before.at) / 1000;
  const perSecond = seconds > 0 ? Math.max(tally.bytes - before.bytes, 0) / seconds : before.perSecond;
  rates.set(name, { bytes: tally.bytes, at, perSecond });
  return perSecond;
}

function workerLine(record: GroupRecord, perSecond: number): string {
  const at = `snapshot ${String(Math.min(record.snapshotsDone + 1, record.snapshots))}/${String(record.snapshots)}`;
  const doing = record.doing ?? (record.state === 'waiting' ? 'waits' : '');
  return `  ${formatGroup(record).padEnd(28)} ${at}, ${formatBytes(record.tally.bytes)}, ${formatBytes(perSecond)}/s  ${doing}`;
}
