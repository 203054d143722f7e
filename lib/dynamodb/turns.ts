import { z } from 'zod';
import { TransientError } from '../errors.ts';
import type { RunRef, RunStore } from '../sync/run-store.ts';
import { askTurn, putBack, type Turn, type TurnAnswer, type TurnAsker } from '../sync/overlap/turn.ts';
import { isRunning, runningLeases, type LeaseTime } from '../sync/overlap/clocks.ts';
import { startOfLease, turnLeaseItem, TURN_LEASE_PREFIX, turnsItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { deleteItem, type Expression, putItem, queryItems, readItem, type Table, updateItem } from './table.ts';

const TurnSchema: z.ZodType<Turn> = z.object({
  id: z.string(),
  startedAt: z.string(),
  order: z.string(),
  state: z.enum(['waiting', 'planning', 'working']),
});
/** All runs of a job that wait or are at work; `version` rises with each change, so that of two at once one is refused. */
const TurnsSchema = z.object({ turns: z.array(TurnSchema), version: z.number(), 'expires-at': z.number() });
const NO_TURNS: z.output<typeof TurnsSchema> = { turns: [], version: 0, 'expires-at': 0 };
/** Apart from it, since all workers of all runs renew theirs at once. */
const TurnLeaseSchema = z.object({ sk: z.string(), id: z.string(), order: z.string(), leaseUntil: z.number() });

/** Of runs that start at once, one gets its answer each time. */
const MAX_RACES = 25;

export function turnMethods(table: Table): Pick<RunStore, 'askTurn' | 'beginWork' | 'renewTurn' | 'releaseTurn' | 'listLiving'> {
  return {
    askTurn: (asker, now, leaseMs) => ask(table, asker, now, leaseMs),
    beginWork: (run) => change(table, run, (turns) => ({ turns: turns.map((turn) => working(turn, run)), answer: undefined })),
    renewTurn: (run, now, leaseMs) => renew(table, run, { now, leaseMs }),
    releaseTurn: (run) => release(table, run),
    listLiving: (job, now, leaseMs) => listLiving(table, job, { now, leaseMs }),
  };
}

/** The lease comes first: whoever reads a turn finds its lease, unless it has run out. */
async function ask(table: Table, asker: TurnAsker, now: number, leaseMs: number): Promise<TurnAnswer> {
  const leaseUntil = now + leaseMs;
  const lease = { id: asker.id, order: asker.order, leaseUntil, 'expires-at': expiresAt(leaseUntil, LIFETIME.turnLease) };
  await putItem(table, { ...turnLeaseItem(asker), ...lease });
  const answer = await change(table, asker, (turns) => askTurn(turns, asker), { now, leaseMs });
  if (answer.decision === 'skip') await deleteItem(table, turnLeaseItem(asker));
  return answer;
}

function working(turn: Turn, run: RunRef): Turn {
  return turn.id === run.id && turn.state === 'planning' ? { ...turn, state: 'working' } : turn;
}

/** The turn of a run whose lease had run out may have been forgotten: it is there again before its lease is. */
async function renew(table: Table, run: RunRef, at: LeaseTime): Promise<boolean> {
  const { last } = runningLeases(at);
  const isWell = { text: 'leaseUntil BETWEEN :now AND :last', names: {}, values: { ':now': at.now, ':last': last } };
  if (await prolong(table, run, at, isWell)) return true;
  const lease = await readItem(table, turnLeaseItem(run), TurnLeaseSchema);
  if (lease === undefined) return false;
  await change(table, run, (turns) => ({ turns: putBack(turns, run, lease.order), answer: undefined }));
  return prolong(table, run, at, { text: 'attribute_exists(pk)', names: {}, values: {} });
}

async function prolong(table: Table, run: RunRef, { now, leaseMs }: LeaseTime, condition: Expression): Promise<boolean> {
  const set = {
    text: 'SET leaseUntil = :until, #ttl = :ttl',
    names: { '#ttl': 'expires-at' },
    values: { ':until': now + leaseMs, ':ttl': expiresAt(now + leaseMs, LIFETIME.turnLease) },
  };
  return (await updateItem(table, turnLeaseItem(run), { set, condition }, TurnLeaseSchema)) !== undefined;
}

/** Without its lease a turn counts for nobody: what is left of it when this stops here is forgotten by the next who asks. */
async function release(table: Table, run: RunRef): Promise<void> {
  await deleteItem(table, turnLeaseItem(run));
  await change(table, run, (turns) => ({ turns: turns.filter(({ id }) => id !== run.id), answer: undefined }));
}

type Decide<T> = (turns: readonly Turn[]) => { readonly turns: readonly Turn[]; readonly answer: T };

/** One conditional write of what `decide` makes of the turns, of the living ones when `now` is given; none when all stays as it is. */
async function change<T>(table: Table, run: RunRef, decide: Decide<T>, at?: LeaseTime): Promise<T> {
  for (let race = 0; race < MAX_RACES; race++) {
    const { turns, version, ...kept } = (await readItem(table, turnsItem(run.job), TurnsSchema)) ?? NO_TURNS;
    const next = decide(at === undefined ? turns : await living(table, run, turns, at));
    if (JSON.stringify(next.turns) === JSON.stringify(turns)) return next.answer;
    const ttl = at === undefined ? kept : { 'expires-at': expiresAt(at.now, LIFETIME.turns) };
    const item = { turns: next.turns, version: version + 1, ...ttl };
    if (await putItem(table, { ...turnsItem(run.job), ...item }, isVersion(version))) return next.answer;
  }
  throw new TransientError('JOB_CONTENDED', `the runs of job ${run.job} end and begin too fast; try again`, {
    context: { job: run.job, run: run.id },
  });
}

async function living(table: Table, { job }: RunRef, turns: readonly Turn[], at: LeaseTime): Promise<readonly Turn[]> {
  if (turns.length === 0) return turns;
  const alive = await listLiving(table, job, at);
  return turns.filter(({ id }) => alive.has(id));
}

async function listLiving(table: Table, job: string, at: LeaseTime): Promise<ReadonlyMap<string, RunRef>> {
  const alive = new Map<string, RunRef>();
  const leases = queryItems(table, { pk: turnsItem(job).pk, prefix: TURN_LEASE_PREFIX }, TurnLeaseSchema);
  for await (const { sk, id, leaseUntil } of leases) {
    if (isRunning(leaseUntil, at)) alive.set(id, { job, id, startedAt: startOfLease(sk) });
  }
  return alive;
}

/** Whether a run waits for its turn or is at work, as far as its lease tells. */
export async function hasTurnLease(table: Table, run: RunRef, at: LeaseTime): Promise<boolean> {
  const lease = await readItem(table, turnLeaseItem(run), TurnLeaseSchema);
  return lease !== undefined && isRunning(lease.leaseUntil, at);
}

function isVersion(version: number): Expression {
  const names = { '#version': 'version' };
  if (version === 0) return { text: 'attribute_not_exists(#version)', names, values: {} };
  return { text: '#version = :version', names, values: { ':version': version } };
}
