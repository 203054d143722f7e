import { z } from 'zod';
import { askGate, longestLine, NO_STARTS, recordStart, secondsToPlace, placeInterval } from '../limits/start-gate/start-gate.ts';
import type { StartGate } from '../limits/start-gate/start-gate.ts';
import type { RunStore, StartAnswer, StartClaim } from '../sync/run-store.ts';
import { startGateItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, readItem, type Table, updateItem } from './table.ts';

/** One item a target. `version` rises with each start, so that of those who saw the same gate one passes; `owner` was the last to start. */
const GateSchema = z.object({
  starts: z.array(z.number()).default([]),
  most: z.number().default(0),
  reachMs: z.number().default(0),
  line: z.number().default(0),
  owner: z.string().default(''),
  version: z.number().default(0),
});
type StoredGate = StartGate & { readonly owner: string; readonly version: number };

const NOTHING_STORED: StoredGate = { ...NO_STARTS, owner: '', version: 0 };

/** Who loses against so many others stands in line, as if the gate had been closed: each of them took a start. */
const MAX_RACES = 5;

export function startGateMethods(table: Table): Pick<RunStore, 'claimStart'> {
  return { claimStart: (target, claim, clock) => claimStart(table, target, claim, clock) };
}

async function claimStart(table: Table, target: string, claim: StartClaim, clock: () => number): Promise<StartAnswer> {
  let tried: number | undefined;
  for (let race = 0; race < MAX_RACES; race++) {
    const gate = (await readItem(table, startGateItem(target), GateSchema)) ?? NOTHING_STORED;
    // The answer to the first try was lost, and the client sent it again.
    if (tried !== undefined && gate.owner === claim.owner && gate.starts.at(-1) === tried) return { startedAt: tried };
    const now = clock();
    const answer = askGate(gate, claim.batch, now, claim.place);
    if ('opensAt' in answer) return standInLine(table, target, claim, { now, opensAt: answer.opensAt });
    tried = answer.at;
    const next = { ...recordStart(gate, claim.batch, tried), owner: claim.owner, version: gate.version + 1 };
    if (await saveStart(table, target, next)) return { startedAt: tried };
  }
  return standInLine(table, target, claim, { now: clock(), opensAt: clock() });
}

/** False when somebody else has started since the gate was read. */
async function saveStart(table: Table, target: string, next: StoredGate): Promise<boolean> {
  const { starts, most, reachMs, owner, version } = next;
  const set = {
    text: 'SET starts = :starts, most = :most, reachMs = :reach, #owner = :owner, version = :version, #ttl = :ttl',
    names: { '#owner': 'owner', '#ttl': 'expires-at' },
    values: {
      ...{ ':starts': starts, ':most': most, ':reach': reachMs, ':owner': owner, ':version': version },
      ':ttl': expiresAt(starts.at(-1) ?? 0, LIFETIME.startGate),
    },
  };
  const condition =
    version === 1
      ? { text: 'attribute_not_exists(version)', names: {}, values: {} }
      : { text: 'version = :seen', names: {}, values: { ':seen': version - 1 } };
  return (await updateItem(table, startGateItem(target), { set, condition }, GateSchema)) !== undefined;
}

async function standInLine(
  table: Table,
  target: string,
  { place, batch }: StartClaim,
  { now, opensAt }: { readonly now: number; readonly opensAt: number },
): Promise<StartAnswer> {
  const line = { opensAt, interval: placeInterval(batch), longest: longestLine(batch, now) };
  const own = place ?? (await takePlace(table, target, line));
  return { place: own, waitSeconds: secondsToPlace(own, opensAt, now) };
}

/** The end of the line, or when the gate opens if that is later. Adding needs no version: a thousand may do it at once. */
async function takePlace(
  table: Table,
  target: string,
  { opensAt, interval, longest }: { readonly opensAt: number; readonly interval: number; readonly longest: number },
): Promise<number> {
  const values = { ':opens': opensAt, ':interval': interval, ':longest': longest };
  for (let race = 0; race < MAX_RACES; race++) {
    const behind = await moveLine(table, target, values, {
      set: '#line + :interval',
      when: '#line BETWEEN :opens AND :longest',
    });
    if (behind !== undefined) return behind - interval;
    const first = await moveLine(table, target, values, {
      set: ':opens + :interval',
      when: 'attribute_not_exists(#line) OR NOT #line BETWEEN :opens AND :longest',
    });
    if (first !== undefined) return opensAt;
  }
  return opensAt;
}

async function moveLine(
  table: Table,
  target: string,
  values: Expression['values'],
  { set, when }: { readonly set: string; readonly when: string },
): Promise<number | undefined> {
  const update = {
    set: { text: `SET #line = ${set}`, names: { '#line': 'line' }, values },
    condition: { text: when, names: {}, values: {} },
  };
  return (await updateItem(table, startGateItem(target), update, GateSchema))?.line;
}
