import { z } from 'zod';
import { grant, type LeaseAnswer, type LeaseRequest, type LeaseStore, type Span } from '../limits/lease-store.ts';
import type { RunStoreOptions } from './run-store.ts';
import { openClient } from './client.ts';
import { limitItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import { type Expression, readItem, type Table, updateItem } from './table.ts';

/** One item a limit: all before `until` is leased, `clock` is the limit's time at the last lease, and `credit` was given back. */
const LimitSchema = z.object({ until: z.number(), clock: z.number(), credit: z.number() });
const BeforeSchema = LimitSchema.partial();

/** Others lease between a look at the item and the lease that follows from it: what is free then is theirs. */
const MAX_RACES = 3;

/** What this process last saw of each limit: right more often than not, so that a lease is one request. */
type Seen = Map<string, number | undefined>;

/** The leases of limits, on the table of the run store. `date` is epoch milliseconds, for tidying up alone. */
export function openLeaseStore(options: RunStoreOptions, date: () => number): LeaseStore {
  const client = 'client' in options ? options.client : openClient(options);
  const table = { client, name: options.table };
  const seen: Seen = new Map();
  return {
    async readClock(limit) {
      const item = await readItem(table, limitItem(limit), LimitSchema);
      seen.set(limit, item?.until);
      return item?.clock;
    },
    lease: (limit, request) => lease({ table, seen, limit, ttl: expiresAt(date(), LIFETIME.limit) }, request),
    giveBack: (limit, span, now) => giveBack({ table, seen, limit, ttl: expiresAt(date(), LIFETIME.limit) }, span, now),
  };
}

interface At {
  readonly table: Table;
  readonly seen: Seen;
  readonly limit: string;
  readonly ttl: number;
}

async function lease(at: At, request: LeaseRequest): Promise<LeaseAnswer> {
  for (let race = 0; race < MAX_RACES; race++) {
    const answer = (await leaseAsSeen(at, request)) ?? (await look(at, request));
    if (answer !== undefined) return answer;
  }
  return { span: undefined, credit: 0, clock: request.now };
}

/** Undefined when the limit is not as it was seen, or never was seen. */
async function leaseAsSeen(at: At, request: LeaseRequest): Promise<LeaseAnswer | undefined> {
  if (!at.seen.has(at.limit)) return undefined;
  const step = stepFrom(at.seen.get(at.limit), request);
  const before = step && (await take(at, request, step));
  if (before === undefined) return undefined;
  const span = grant(before.until, request);
  at.seen.set(at.limit, span?.to);
  return { span, credit: before.credit ?? 0, clock: before.clock ?? request.now };
}

/** Sees how far the limit is leased. Undefined when there is something to lease. */
async function look({ table, seen, limit }: At, request: LeaseRequest): Promise<LeaseAnswer | undefined> {
  const item = await readItem(table, limitItem(limit), LimitSchema);
  seen.set(limit, item?.until);
  if (item === undefined || grant(item.until, request) !== undefined) return undefined;
  return { span: undefined, credit: 0, clock: item.clock };
}

/** A change of `until` that does what `grant` says, for any `until` that its condition lets pass. */
interface Step {
  readonly set: string;
  readonly condition: string;
  readonly values: Readonly<Record<string, number>>;
}

/** The step that is right if `until` is still about what it was: nobody has to have kept still meanwhile. */
function stepFrom(until: number | undefined, { now, to, most }: LeaseRequest): Step | undefined {
  if (until === undefined || until < now) {
    const end = Math.min(now + most, to);
    return { set: ':end', condition: 'attribute_not_exists(pk) OR #until < :now', values: { ':end': end, ':now': now } };
  }
  if (until <= to - most) {
    const values = { ':most': most, ':now': now, ':last': to - most };
    return { set: '#until + :most', condition: '#until BETWEEN :now AND :last', values };
  }
  if (until >= to) return undefined;
  const first = Math.max(now, to - most);
  return { set: ':to', condition: '#until >= :first AND #until < :to', values: { ':to': to, ':first': first } };
}

/** The item before the step; undefined when its condition did not hold. */
function take({ table, limit, ttl }: At, { now }: LeaseRequest, step: Step): Promise<z.infer<typeof BeforeSchema> | undefined> {
  const set = {
    text: `SET #until = ${step.set}, clock = :clock, credit = :none, #ttl = :ttl`,
    names: { '#until': 'until', '#ttl': 'expires-at' },
    values: { ...step.values, ':clock': now, ':none': 0, ':ttl': ttl },
  };
  const condition = { text: step.condition, names: {}, values: {} };
  return updateItem(table, limitItem(limit), { set, condition, answer: 'before' }, BeforeSchema);
}

/** What was leased last is free again; what others have leased after it is let go to whoever comes next. */
async function giveBack(at: At, { from, to }: Span, now: number): Promise<void> {
  const names = { '#ttl': 'expires-at' };
  const free: Expression = {
    text: 'SET #until = :from, clock = :now, #ttl = :ttl',
    names: { ...names, '#until': 'until' },
    values: { ':from': from, ':now': now, ':ttl': at.ttl },
  };
  const isLast: Expression = { text: '#until = :to', names: {}, values: { ':to': to } };
  at.seen.delete(at.limit);
  if ((await updateItem(at.table, limitItem(at.limit), { set: free, condition: isLast }, LimitSchema)) !== undefined) return;
  const credit: Expression = {
    text: 'SET credit = credit + :span, #ttl = :ttl',
    names,
    values: { ':span': to - from, ':ttl': at.ttl },
  };
  // Else this very span is free already: the first answer was lost.
  const isBeyond: Expression = { text: '#until > :to', names: { '#until': 'until' }, values: { ':to': to } };
  await updateItem(at.table, limitItem(at.limit), { set: credit, condition: isBeyond }, LimitSchema);
}
