import { z } from 'zod';
import { EventSchema } from '../sync/event/event.ts';
import type { Claim, Delivery, Notice, NoticeStore } from '../notify/notice-store.ts';
import type { Told } from '../notify/told.ts';
import { runningLeases } from '../sync/overlap/clocks.ts';
import { openClient } from './client.ts';
import { noticeItem, noticesOf, finishedItem, toldItem } from './keys.ts';
import { expiresAt, LIFETIME } from './lifetimes.ts';
import type { RunStoreOptions } from './run-store.ts';
import { deleteItem, type Expression, putItem, queryItems, readItem, type Table, updateItem } from './table.ts';

const DeliverySchema: z.ZodType<Delivery> = z.object({
  target: z.string(),
  tries: z.number(),
  dueAt: z.number(),
  state: z.enum(['pending', 'sent', 'given-up']),
  reason: z.string().exactOptional(),
});

/** The event and the message are kept as JSON: DynamoDB has no need to look into them. */
const json = <T>(schema: z.ZodType<T>): z.ZodType<T> => z.string().transform((text) => schema.parse(JSON.parse(text)));
const MessageSchema = z.custom<Notice['message']>((value) => typeof value === 'object' && value !== null && 'title' in value);
const NoticeSchema: z.ZodType<Notice> = z.object({
  id: z.string(),
  event: json(EventSchema as z.ZodType<Notice['event']>),
  message: json(MessageSchema),
  deliveries: z.array(DeliverySchema),
  since: z.number(),
});
const ToldSchema = json(z.custom<Told>((value) => typeof value === 'object' && value !== null && 'revision' in value));
const KeptToldSchema = z.object({ told: ToldSchema }).transform(({ told }) => told);
const IdSchema = z.object({ id: z.string() });
const NOTHING = z.object({});

/** The notices of the table that the run store is on; docs/architecture.md lists its items. */
export function openNoticeStore(options: RunStoreOptions): NoticeStore {
  const client = 'client' in options ? options.client : openClient(options);
  const table = { client, name: options.table };
  return {
    loadTold: (job) => readItem(table, toldItem(job), KeptToldSchema),
    saveTold: (job, next, before) => saveTold(table, job, { next, before }),
    addNotice: (notice, claim) => add(table, notice, claim),
    claimNotice: (id, claim) => claimNotice(table, id, claim),
    saveDeliveries: (id, owner, deliveries) => saveDeliveries(table, id, { owner, deliveries }),
    releaseNotice: async (id, owner) => {
      const set = { text: 'SET leaseUntil = :none', names: {}, values: { ':none': 0 } };
      await updateItem(table, noticeItem(id), { set, condition: isOwn(owner) }, NOTHING);
    },
    finishNotice: (id, now) => finish(table, id, now),
    dropNotice: (id, owner) => deleteItem(table, noticeItem(id), isOwn(owner)),
    isFinished: async (id) => (await readItem(table, finishedItem(id), IdSchema)) !== undefined,
    listNotices: () => listIds(table),
  };
}

function saveTold(table: Table, job: string, { next, before }: { next: Told; before: Told }): Promise<boolean> {
  const { revision } = next;
  const told = JSON.stringify(next);
  const values = { ':before': before.revision, ':told': told };
  const isNew = before.revision === 0 ? 'attribute_not_exists(pk) OR ' : '';
  const condition = { text: `${isNew}#revision = :before OR told = :told`, names: { '#revision': 'revision' }, values };
  return putItem(table, { ...toldItem(job), revision, told }, condition);
}

/** A notice is taken out only after its id was written down: so who finds neither, in this order, is the first. */
async function add(table: Table, notice: Notice, { owner, now, until }: Claim): Promise<boolean> {
  const { id, event, message, deliveries, since } = notice;
  const texts = { event: JSON.stringify(event), message: JSON.stringify(message) };
  const item = { id, ...texts, deliveries, since, owner, leaseUntil: until, 'expires-at': expiresAt(now, LIFETIME.notice) };
  const isFirst: Expression = { text: 'attribute_not_exists(pk) OR #owner = :owner', names: OWNER, values: { ':owner': owner } };
  if (!(await putItem(table, { ...noticeItem(id), ...item }, isFirst))) return false;
  if ((await readItem(table, finishedItem(id), IdSchema)) === undefined) return true;
  await deleteItem(table, noticeItem(id), isOwn(owner));
  return false;
}

function claimNotice(table: Table, id: string, { owner, now, until }: Claim): Promise<Notice | undefined> {
  const values = { ':owner': owner, ':until': until };
  const set = { text: 'SET #owner = :owner, leaseUntil = :until', names: OWNER, values };
  const isFree: Expression = {
    text: 'attribute_exists(pk) AND (leaseUntil <= :now OR leaseUntil > :last OR #owner = :owner)',
    names: OWNER,
    values: { ':now': now, ':last': lastLease({ now, until }), ':owner': owner },
  };
  return updateItem(table, noticeItem(id), { set, condition: isFree }, NoticeSchema);
}

/** No claim lasts longer (epoch ms), as any claim is as long as this one: what does was made by a wrong clock. */
function lastLease({ now, until }: Pick<Claim, 'now' | 'until'>): number {
  return runningLeases({ now, leaseMs: until - now }).last;
}

async function saveDeliveries(
  table: Table,
  id: string,
  { owner, deliveries }: { readonly owner: string; readonly deliveries: readonly Delivery[] },
): Promise<boolean> {
  const set = { text: 'SET deliveries = :deliveries', names: {}, values: { ':deliveries': deliveries } };
  return (await updateItem(table, noticeItem(id), { set, condition: isOwn(owner) }, NOTHING)) !== undefined;
}

async function finish(table: Table, id: string, now: number): Promise<void> {
  await putItem(table, { ...finishedItem(id), id, 'expires-at': expiresAt(now, LIFETIME.notice) });
  await deleteItem(table, noticeItem(id));
}

async function* listIds(table: Table): AsyncGenerator<string> {
  for await (const { id } of queryItems(table, { pk: noticesOf() }, IdSchema)) yield id;
}

const OWNER = { '#owner': 'owner' };

function isOwn(owner: string): Expression {
  return { text: '#owner = :owner', names: OWNER, values: { ':owner': owner } };
}
