import { z } from 'zod';
import { TransientError } from '../errors.ts';
import type { ClaimAnswer, RunRef, RunStore } from '../sync/run-store.ts';
import { activeItem, tickItem, WAITING_PREFIX, waitingItem } from './keys.ts';
import { CLOCK_SKEW_MS, expiresAt, LIFETIME } from './lifetimes.ts';
import { deleteItem, type Expression, putItem, queryItems, readItem, type Table, updateItem } from './table.ts';

const ClaimSchema = z.object({ run: z.string(), startedAt: z.string(), leaseUntil: z.number() });
type Claim = z.infer<typeof ClaimSchema>;

/** The active run may end between the refused write and the read that asks for its name. */
const MAX_RACES = 5;

export function claimMethods(table: Table): Pick<RunStore, 'claimTick' | 'claimJob' | 'renewJob' | 'releaseJob'> {
  return {
    claimTick: (job, tick, run, now) =>
      putItem(table, { ...tickItem(job, tick), run, 'expires-at': expiresAt(now, LIFETIME.tick) }, isNobodysOr(run)),
    claimJob: (run, now, leaseMs) => claim(table, run, now, leaseMs),
    renewJob: (run, now, leaseMs) => renew(table, run, now, leaseMs),
    releaseJob: (run) => release(table, run),
  };
}

/**
 * A refused run is written down as waiting before the waiting ones are counted, so that of two runs started at once at least
 * the later one sees the other. A run that dies at any line leaves an entry that counts until its lease has run out.
 */
async function claim(table: Table, run: RunRef, now: number, leaseMs: number): Promise<ClaimAnswer> {
  for (let race = 0; race < MAX_RACES; race++) {
    if (await activate(table, run, now, leaseMs)) {
      await deleteItem(table, waitingItem(run));
      return { claimed: true };
    }
    await putItem(table, { ...waitingItem(run), ...claimOf(run, now + leaseMs) });
    const active = await readItem(table, activeItem(run.job), ClaimSchema);
    if (active === undefined || active.run === run.id || !isAlive(active, now)) continue;
    return { claimed: false, heldBy: active.run, waiting: await countBefore(table, run, active, now) };
  }
  throw new TransientError('JOB_CONTENDED', `the runs of job ${run.job} end and begin too fast; try again`, {
    context: { job: run.job, run: run.id },
  });
}

async function activate(table: Table, run: RunRef, now: number, leaseMs: number): Promise<boolean> {
  const { text, names, values } = isNobodysOr(run.id);
  const condition = {
    text: `${text} OR leaseUntil < :dead`,
    names,
    values: { ...values, ':dead': now - CLOCK_SKEW_MS },
  };
  return putItem(table, { ...activeItem(run.job), ...claimOf(run, now + leaseMs) }, condition);
}

/** The active run is left out: it may have died between its activation and taking its own waiting entry away. */
async function countBefore(table: Table, run: RunRef, active: Claim, now: number): Promise<number> {
  const { pk, sk: own } = waitingItem(run);
  let count = 0;
  for await (const entry of queryItems(table, { pk, prefix: WAITING_PREFIX }, ClaimSchema)) {
    const { sk } = waitingItem({ job: run.job, id: entry.run, startedAt: entry.startedAt });
    if (sk >= own) break;
    if (entry.run !== active.run && isAlive(entry, now)) count++;
  }
  return count;
}

async function renew(table: Table, run: RunRef, now: number, leaseMs: number): Promise<boolean> {
  const { leaseUntil, 'expires-at': ttl } = claimOf(run, now + leaseMs);
  const set = {
    text: 'SET leaseUntil = :until, #ttl = :ttl',
    names: { '#ttl': 'expires-at' },
    values: { ':until': leaseUntil, ':ttl': ttl },
  };
  return (await updateItem(table, activeItem(run.job), { set, condition: isRun(run.id) }, ClaimSchema)) !== undefined;
}

async function release(table: Table, run: RunRef): Promise<void> {
  await deleteItem(table, waitingItem(run));
  await deleteItem(table, activeItem(run.job), isRun(run.id));
}

function claimOf(run: RunRef, leaseUntil: number) {
  return { run: run.id, startedAt: run.startedAt, leaseUntil, 'expires-at': expiresAt(leaseUntil, LIFETIME.claim) };
}

function isAlive(claim: Claim, now: number): boolean {
  return claim.leaseUntil >= now - CLOCK_SKEW_MS;
}

function isRun(id: string): Expression {
  return { text: '#run = :run', names: { '#run': 'run' }, values: { ':run': id } };
}

function isNobodysOr(id: string): Expression {
  const { text, names, values } = isRun(id);
  return { text: `attribute_not_exists(pk) OR ${text}`, names, values };
}
