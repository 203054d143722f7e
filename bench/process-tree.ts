import { readdirSync, readFileSync } from 'node:fs';
import { sum } from './sum.ts';

/** A process and all that came from it, followed by looking at /proc from time to time. Where there is none, nothing is seen. */
export interface TreeWatch {
  look(): void;
  /** Processes of the tree that were there at a look just now, but for the root. */
  alive(): number[];
  isAlive(pid: number): boolean;
  /** CPU seconds of one process as they were last seen. */
  cpuSeconds(pid: number): number;
  /** The most resident memory that all of them together were seen with. */
  peakBytes(): number | undefined;
}

interface Seen {
  readonly parent: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  readonly isZombie: boolean;
}

/** The kernel's USER_HZ, which is 100 on every Linux of today. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export function watchTree(root: number): TreeWatch {
  const members = new Map<number, Seen>();
  let present = new Set<number>();
  let peak = 0;
  const look = (): void => {
    const all = readAll();
    // Children have greater numbers than their parents, but for a wrap: those are found at the next look.
    for (const [pid, seen] of all) if (pid === root || members.has(seen.parent) || members.has(pid)) members.set(pid, seen);
    present = new Set([...members.keys()].filter((pid) => all.get(pid)?.isZombie === false));
    peak = Math.max(peak, sum([...present].map((pid) => members.get(pid)?.residentBytes ?? 0)));
  };
  return {
    look,
    alive: () => {
      look();
      return [...present].filter((pid) => pid !== root);
    },
    isAlive: (pid) => present.has(pid),
    cpuSeconds: (pid) => members.get(pid)?.cpuSeconds ?? 0,
    peakBytes: () => (peak === 0 ? undefined : peak),
  };
}

function readAll(): Map<number, Seen> {
  const pids = listProcesses().sort((a, b) => a - b);
  return new Map(pids.flatMap((pid) => readProcess(pid).map((seen) => [pid, seen] as const)));
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** One, or none when it ended meanwhile (proc(5): the fields after the name, which may hold anything). */
function readProcess(pid: number): Seen[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, parent] = fields;
    const [user, system, pages] = [fields[11], fields[12], fields[21]].map(Number);
    const cpuSeconds = ((user ?? 0) + (system ?? 0)) / TICKS_PER_SECOND;
    return [{ parent: Number(parent), cpuSeconds, residentBytes: (pages ?? 0) * PAGE_BYTES, isZombie: state === 'Z' }];
  } catch {
    return [];
  }
}
