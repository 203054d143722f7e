import { z } from 'zod';
import { TransientError } from '../errors.ts';
import { formatGroup } from '../datastore/group.ts';
import type { Lock, LockAnswer, LockKey, RunStore } from '../sync/run-store.ts';
import { lockItem } from './keys.ts';
import { CLOCK_SKEW_MS, expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, readItem, type Table, updateItem } from './table.ts';

/** A released lock has no owner; its item and its fence stay. */
const LockSchema = z.object({
  owner: z.string().exactOptional(),
  fence: z.number(),
  leaseUntil: z.number(),
});

/** The holder may change between the refused write and the read that asks for its name: then the write is worth another try. */
const MAX_RACES = 5;

export function lockMethods(table: Table): Pick<RunStore, 'acquireLock' | 'renewLock' | 'releaseLock'> {
  return {
    acquireLock: (key, owner, now, leaseMs) => acquire(table, { key, owner, now, leaseMs }),
    renewLock: (lock, now, leaseMs) => renew(table, lock, now, leaseMs),
    releaseLock: (lock) => release(table, lock),
  };
}

interface Request {
  readonly key: LockKey;
  readonly owner: string;
  readonly now: number;
  readonly leaseMs: number;
}

async function acquire(table: Table, request: Request): Promise<LockAnswer> {
  for (let race = 0; race < MAX_RACES; race++) {
    const lock = await take(table, request);
    if (lock !== undefined) return { lock };
    const held = await readItem(table, lockItem(request.key), LockSchema);
    if (held?.owner !== undefined && isHeld(held, request)) return { heldBy: held.owner, leaseUntil: held.leaseUntil };
  }
  const group = formatGroup(request.key.group);
  throw new TransientError('LOCK_CONTENDED', `the lock of ${group} on ${request.key.target} changes hands too fast; try again`, {
    context: { group },
  });
}

function isHeld(held: z.infer<typeof LockSchema>, { owner, now }: Request): boolean {
  return held.owner !== owner && held.leaseUntil >= now - CLOCK_SKEW_MS;
}

/** One write. The same owner may take its lock again: the answer to its first try may have been lost. */
async function take(table: Table, { key, owner, now, leaseMs }: Request): Promise<Lock | undefined> {
  const leaseUntil = now + leaseMs;
  const set = {
    text: 'SET #owner = :owner, leaseUntil = :until, fence = if_not_exists(fence, :zero) + :one, #ttl = :ttl',
    names: { '#owner': 'owner', '#ttl': 'expires-at' },
    values: { ':owner': owner, ':until': leaseUntil, ':zero': 0, ':one': 1, ':ttl': expiresAt(leaseUntil, LIFETIME.lock) },
  };
  const condition = {
    text: 'attribute_not_exists(pk) OR #owner = :owner OR leaseUntil < :dead',
    names: {},
    values: { ':dead': now - CLOCK_SKEW_MS },
  };
  const taken = await updateItem(table, lockItem(key), { set, condition }, LockSchema);
  return taken && { key, owner, fence: taken.fence, leaseUntil: taken.leaseUntil };
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
