import { z } from 'zod';
import { TransientError } from '../errors.ts';
import { formatGroup } from '../datastore/group.ts';
import { firstBefore, joinLine, leaveLine, type LockWaiter } from '../sync/overlap/lock-line.ts';
import { isRunning, runningLeases, type LeaseTime } from '../sync/overlap/clocks.ts';
import type { Lock, LockAnswer, LockAsker, LockKey } from '../sync/overlap/lock-store.ts';
import type { RunStore } from '../sync/run-store.ts';
import { lockItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, readItem, type Table, updateItem } from './table.ts';
import { hasTurnLease } from './turns.ts';

const WaiterSchema: z.ZodType<LockWaiter> = z.object({
  owner: z.string(),
  order: z.string(),
  run: z.object({ job: z.string(), id: z.string(), startedAt: z.string() }),
  until: z.number(),
});
/** A released lock has no owner; its item and its fence stay. `lineVersion` rises with each change of `waiting`, which is never empty. */
const LockSchema = z.object({
  owner: z.string().exactOptional(),
  fence: z.number(),
  leaseUntil: z.number(),
  waiting: z.array(WaiterSchema).exactOptional(),
  lineVersion: z.number().default(0),
});
type LockItem = z.output<typeof LockSchema>;

/** Who holds and who waits may change between the refused write and the read: then the write is worth another try. */
const MAX_RACES = 10;

type LockMethods = Pick<RunStore, 'acquireLock' | 'awaitLock' | 'leaveLock' | 'renewLock' | 'releaseLock' | 'yieldLock'>;

export function lockMethods(table: Table): LockMethods {
  return {
    acquireLock: (key, owner, now, leaseMs) => acquire(table, { key, owner, now, leaseMs }),
    awaitLock: (key, asker, now, leaseMs) => acquire(table, { key, owner: asker.owner, asker, now, leaseMs }),
    leaveLock: (key, owner) => leave(table, key, owner),
    renewLock: (lock, now, leaseMs) => renew(table, lock, now, leaseMs),
    releaseLock: (lock) => release(table, lock),
    yieldLock: (lock, asker, now, leaseMs) => yieldTo(table, lock, { ...asker, until: now + leaseMs }),
  };
}

interface Request extends LeaseTime {
  readonly key: LockKey;
  readonly owner: string;
  /** Left out: it does not wait. */
  readonly asker?: LockAsker;
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
  const { key, owner, asker, now, leaseMs } = request;
  const line = await living(table, item.waiting ?? [], request);
  const before = holderOf(item, request) ?? waiterOf(firstBefore(line, asker ?? { owner }));
  if (before === undefined) {
    const lock = await take(table, request, isFreeAsSeen(request, item), lineChange(item, leaveLine(line, owner)));
    return lock && { lock };
  }
  if (asker === undefined) return before;
  const until = now + leaseMs;
  // The answer to the first try was lost, and the client sent it again.
  if (line.some((waiter) => waiter.owner === owner && waiter.order === asker.order && waiter.until === until)) return before;
  return (await saveLine(table, key, item, joinLine(line, { ...asker, until }))) ? before : undefined;
}

/** A run that has its workers elsewhere does not ask, and waits all the same. */
async function living(table: Table, line: readonly LockWaiter[], at: LeaseTime): Promise<readonly LockWaiter[]> {
  const alive: LockWaiter[] = [];
  for (const waiter of line) {
    if (isRunning(waiter.until, at) || (await hasTurnLease(table, waiter.run, at))) alive.push(waiter);
  }
  return alive;
}

type Refused = Exclude<LockAnswer, { readonly lock: Lock }>;

function holderOf({ owner, leaseUntil }: LockItem, request: Request): Refused | undefined {
  if (owner === undefined || owner === request.owner || !isRunning(leaseUntil, request)) return undefined;
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
    text: `SET #owner = :owner, leaseUntil = :until, fence = if_not_exists(fence, :zero) + :one, #ttl = :ttl${line.set}${removing(line.remove)}`,
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
function isOursOrUnwanted(request: Request): Expression {
  return {
    text: '#owner = :owner OR attribute_not_exists(pk) OR (NOT leaseUntil BETWEEN :first AND :last AND attribute_not_exists(waiting))',
    names: {},
    values: running(request),
  };
}

function isFreeAsSeen(request: Request, item: LockItem): Expression {
  const { text, values } = isLineAsSeen(item);
  return {
    text: `(#owner = :owner OR NOT leaseUntil BETWEEN :first AND :last) AND ${text}`,
    names: {},
    values: { ...running(request), ...values },
  };
}

function running(request: Request): Expression['values'] {
  const { first, last } = runningLeases(request);
  return { ':first': first, ':last': last };
}

function isLineAsSeen({ lineVersion }: LockItem): Expression {
  if (lineVersion === 0) return { text: 'attribute_not_exists(lineVersion)', names: {}, values: {} };
  return { text: 'lineVersion = :seen', names: {}, values: { ':seen': lineVersion } };
}

/** What a write does to the line, beside what else it sets and removes. */
interface LineChange {
  readonly set: string;
  readonly remove: readonly string[];
  readonly values: Expression['values'];
}

const NO_CHANGE: LineChange = { set: '', remove: [], values: {} };

function lineChange({ lineVersion }: LockItem, line: readonly LockWaiter[]): LineChange {
  const version = { ':version': lineVersion + 1 };
  if (line.length === 0) return { set: ', lineVersion = :version', remove: ['waiting'], values: version };
  return { set: ', lineVersion = :version, waiting = :line', remove: [], values: { ...version, ':line': line } };
}

const removing = (names: readonly string[]): string => (names.length === 0 ? '' : ` REMOVE ${names.join(', ')}`);

/** False when others have changed the line since it was read. */
async function saveLine(table: Table, key: LockKey, item: LockItem, line: readonly LockWaiter[]): Promise<boolean> {
  const { set: text, remove, values } = lineChange(item, line);
  const set = { text: `SET #fence = #fence${text}${removing(remove)}`, names: { '#fence': 'fence' }, values };
  return (await updateItem(table, lockItem(key), { set, condition: isLineAsSeen(item) }, LockSchema)) !== undefined;
}

/** The same when its owner lets go of the lock. */
async function letGo(table: Table, lock: OwnedLock, item: LockItem, line: readonly LockWaiter[]): Promise<boolean> {
  const { set: text, remove, values } = lineChange(item, line);
  const set = {
    text: `SET leaseUntil = :zero${text}${removing([...remove, '#owner'])}`,
    names: {},
    values: { ':zero': 0, ...values },
  };
  const [ours, seen] = [isOurs(lock), isLineAsSeen(item)];
  const condition = { ...ours, text: `${ours.text} AND ${seen.text}`, values: { ...ours.values, ...seen.values } };
  return (await updateItem(table, lockItem(lock.key), { set, condition }, LockSchema)) !== undefined;
}

async function yieldTo(table: Table, lock: Lock, waiter: LockWaiter): Promise<void> {
  for (let race = 0; race < MAX_RACES; race++) {
    const item = await readItem(table, lockItem(lock.key), LockSchema);
    if (item === undefined || item.owner !== lock.owner || item.fence !== lock.fence) return;
    if (await letGo(table, lock, item, joinLine(item.waiting ?? [], waiter))) return;
  }
  throw contended(lock.key);
}

async function leave(table: Table, key: LockKey, owner: string): Promise<void> {
  for (let race = 0; race < MAX_RACES; race++) {
    const item = await readItem(table, lockItem(key), LockSchema);
    const line = item?.waiting ?? [];
    const holds = item?.owner === owner;
    if (item === undefined || !(holds || line.some((waiter) => waiter.owner === owner))) return;
    const left = leaveLine(line, owner);
    const { fence } = item;
    if (await (holds ? letGo(table, { key, owner, fence }, item, left) : saveLine(table, key, item, left))) return;
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

type OwnedLock = Pick<Lock, 'key' | 'owner' | 'fence'>;

function isOurs(lock: OwnedLock): Expression {
  return {
    text: '#owner = :owner AND fence = :fence',
    names: { '#owner': 'owner' },
    values: { ':owner': lock.owner, ':fence': lock.fence },
  };
}
