import { z } from 'zod';
import { TransientError } from '../errors.ts';
import { formatGroup } from '../datastore/group.ts';
import { firstBefore, joinLine, leaveLine, type LockWaiter } from '../sync/overlap/lock-line.ts';
import type { Lock, LockAnswer, LockKey, RunStore } from '../sync/run-store.ts';
import { lockItem } from './keys.ts';
import { CLOCK_SKEW_MS, expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, readItem, type Table, updateItem } from './table.ts';

/** A released lock has no owner; its item and its fence stay. `lineVersion` rises with each change of `waiting`, which is never empty. */
const LockSchema = z.object({
  owner: z.string().exactOptional(),
  fence: z.number(),
  leaseUntil: z.number(),
  waiting: z.array(z.object({ owner: z.string(), order: z.string(), until: z.number() })).exactOptional(),
  lineVersion: z.number().default(0),
});
type LockItem = z.output<typeof LockSchema>;

/** Who holds and who waits may change between the refused write and the read: then the write is worth another try. */
const MAX_RACES = 10;

type LockMethods = Pick<RunStore, 'acquireLock' | 'awaitLock' | 'leaveLock' | 'renewLock' | 'releaseLock'>;

export function lockMethods(table: Table): LockMethods {
  return {
    acquireLock: (key, owner, now, leaseMs) => acquire(table, { key, owner, now, leaseMs }),
    awaitLock: (key, { owner, order }, now, leaseMs) => acquire(table, { key, owner, order, now, leaseMs }),
    leaveLock: (key, owner) => leave(table, key, owner),
    renewLock: (lock, now, leaseMs) => renew(table, lock, now, leaseMs),
    releaseLock: (lock) => release(table, lock),
  };
}

interface Request {
  readonly key: LockKey;
  readonly owner: string;
  /** Its place among those who wait; left out: it does not wait. */
  readonly order?: string;
  readonly now: number;
  readonly leaseMs: number;
}

async function acquire(table: Table, request: Request): Promise<LockAnswer> {
  for (let race = 0; race < MAX_RACES; race++) {
    const lock = await take(table, request, isOursOrUnwanted(request));
    if (lock !== undefined) return { lock };
    const item = await readItem(table, lockItem(request.key), LockSchema);
    const answer = item && (await takeOrWait(table, request, item));
    if (answer !== undefined) return answer;
  }
  throw contended(request.key);
}

/** Undefined: the item has changed meanwhile. */
async function takeOrWait(table: Table, request: Request, item: LockItem): Promise<LockAnswer | undefined> {
  const { key, owner, order, now, leaseMs } = request;
  const line = (item.waiting ?? []).filter(({ until }) => until >= now - CLOCK_SKEW_MS);
  const before = holderOf(item, request) ?? waiterOf(firstBefore(line, request));
  if (before === undefined) {
    const lock = await take(table, request, isFreeAsSeen(request, item), lineChange(item, leaveLine(line, owner)));
    return lock && { lock };
  }
  if (order === undefined) return before;
  const until = now + leaseMs;
  // The answer to the first try was lost, and the client sent it again.
  if (line.some((waiter) => waiter.owner === owner && waiter.order === order && waiter.until === until)) return before;
  return (await saveLine(table, key, item, joinLine(line, { owner, order, until }))) ? before : undefined;
}

type Refused = Exclude<LockAnswer, { readonly lock: Lock }>;

function holderOf({ owner, leaseUntil }: LockItem, { owner: own, now }: Request): Refused | undefined {
  if (owner === undefined || owner === own || leaseUntil < now - CLOCK_SKEW_MS) return undefined;
  return { heldBy: owner, leaseUntil };
}

function waiterOf(waiter: LockWaiter | undefined): Refused | undefined {
  return waiter && { heldBy: waiter.owner, leaseUntil: waiter.until };
}

/** One write. The line changes with it, if it does. */
async function take(table: Table, request: Request, condition: Expression, line = NO_CHANGE): Promise<Lock | undefined> {
  const { key, owner, now, leaseMs } = request;
  const leaseUntil = now + leaseMs;
  const set = {
    text: `SET #owner = :owner, leaseUntil = :until, fence = if_not_exists(fence, :zero) + :one, #ttl = :ttl${line.text}`,
    names: { '#owner': 'owner', '#ttl': 'expires-at' },
    values: {
      ...{ ':owner': owner, ':until': leaseUntil, ':zero': 0, ':one': 1, ':ttl': expiresAt(leaseUntil, LIFETIME.lock) },
      ...line.values,
    },
  };
  const taken = await updateItem(table, lockItem(key), { set, condition }, LockSchema);
  return taken && { key, owner, fence: taken.fence, leaseUntil: taken.leaseUntil };
}

/** The same owner may take its lock again: the answer to its first try may have been lost. Others only where nobody waits. */
function isOursOrUnwanted({ now }: Request): Expression {
  return {
    text: '#owner = :owner OR attribute_not_exists(pk) OR (leaseUntil < :dead AND attribute_not_exists(waiting))',
    names: {},
    values: { ':dead': now - CLOCK_SKEW_MS },
  };
}

function isFreeAsSeen({ now }: Request, item: LockItem): Expression {
  const { text, values } = isLineAsSeen(item);
  return {
    text: `(#owner = :owner OR leaseUntil < :dead) AND ${text}`,
    names: {},
    values: { ':dead': now - CLOCK_SKEW_MS, ...values },
  };
}

function isLineAsSeen({ lineVersion }: LockItem): Expression {
  if (lineVersion === 0) return { text: 'attribute_not_exists(lineVersion)', names: {}, values: {} };
  return { text: 'lineVersion = :seen', names: {}, values: { ':seen': lineVersion } };
}

const NO_CHANGE: Pick<Expression, 'text' | 'values'> = { text: '', values: {} };

/** The end of an update expression that sets something already. */
function lineChange({ lineVersion }: LockItem, line: readonly LockWaiter[]): Pick<Expression, 'text' | 'values'> {
  const version = { ':version': lineVersion + 1 };
  if (line.length === 0) return { text: ', lineVersion = :version REMOVE waiting', values: version };
  return { text: ', lineVersion = :version, waiting = :line', values: { ...version, ':line': line } };
}

/** False when others have changed the line since it was read. */
async function saveLine(table: Table, key: LockKey, item: LockItem, line: readonly LockWaiter[]): Promise<boolean> {
  const { text, values } = lineChange(item, line);
  const set = { text: `SET #fence = #fence${text}`, names: { '#fence': 'fence' }, values };
  return (await updateItem(table, lockItem(key), { set, condition: isLineAsSeen(item) }, LockSchema)) !== undefined;
}

async function leave(table: Table, key: LockKey, owner: string): Promise<void> {
  for (let race = 0; race < MAX_RACES; race++) {
    const item = await readItem(table, lockItem(key), LockSchema);
    const line = item?.waiting ?? [];
    if (item === undefined || !line.some((waiter) => waiter.owner === owner)) return;
    if (await saveLine(table, key, item, leaveLine(line, owner))) return;
  }
  throw contended(key);
}

function contended({ target, group }: LockKey): TransientError {
  const name = formatGroup(group);
  return new TransientError('LOCK_CONTENDED', `the lock of ${name} on ${target} changes hands too fast; try again`, {
    context: { group: name },
  });
}

async function renew(table: Table, lock: Lock, now: number, leaseMs: number): Promise<Lock | undefined> {
  const leaseUntil = now + leaseMs;
  const set = {
    text: 'SET leaseUntil = :until, #ttl = :ttl',
    names: { '#ttl': 'expires-at' },
    values: { ':until': leaseUntil, ':ttl': expiresAt(leaseUntil, LIFETIME.lock) },
  };
  const renewed = await updateItem(table, lockItem(lock.key), { set, condition: isOurs(lock) }, LockSchema);
  return renewed && { ...lock, leaseUntil: renewed.leaseUntil };
}

/** Takes the owner out, so that a renewal which arrives late does not bring the lock back. */
async function release(table: Table, lock: Lock): Promise<void> {
  const set = { text: 'SET leaseUntil = :zero REMOVE #owner', names: {}, values: { ':zero': 0 } };
  await updateItem(table, lockItem(lock.key), { set, condition: isOurs(lock) }, LockSchema);
}

function isOurs(lock: Lock): Expression {
  return {
    text: '#owner = :owner AND fence = :fence',
    names: { '#owner': 'owner' },
    values: { ':owner': lock.owner, ':fence': lock.fence },
  };
}
