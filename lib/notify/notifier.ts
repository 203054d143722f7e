import type { Tell, FlotillaEvent } from '../sync/event/event.ts';
import { formatErrorChain, TransientError } from '../errors.ts';
import { fold, forgetTarget } from './fold.ts';
import { linkTo, type Place } from './link.ts';
import { targetsOf } from './match.ts';
import { composeMessage } from './message.ts';
import { decide } from './mode.ts';
import type { Claim, Delivery, Notice, NoticeStore } from './notice-store.ts';
import { afterCall, isDue } from './retry.ts';
import type { Parcel, Send, Sent } from './send.ts';
import { stateOf } from './state.ts';
import { modeOf, type Notify, type Target } from './target.ts';
import { NOTHING_TOLD, type Told } from './told.ts';

/** All that a notifier works with. */
export interface NotifierWorld {
  /** The configuration as it is now. */
  readonly notify: () => Notify;
  readonly store: NoticeStore;
  readonly send: Send;
  /** Where links lead, where `notify.link` says nothing. */
  readonly place?: Place;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** A name that no other call has. */
  readonly uniqueId: () => string;
  /** Takes over what is being carried once it is written down; left out: the teller waits for it. */
  readonly background?: (carrying: Promise<void>) => void;
  readonly log: { warn(message: string): void; error(message: string): void };
}

export interface Notifier {
  /** Tells whom it concerns: each target once under the event's id, at least once where this stops in the middle. */
  readonly tell: Tell;
  /** Tries again what could not be sent and is due. */
  readonly sweep: () => Promise<void>;
}

/** Longer than any call to any target may take with its tries (lib/deliver). */
const CLAIM_MS = 180_000;
/** Of targets that do not answer, each takes its time. */
const SWEPT_AT_ONCE = 16;
/** Two processes that tell of one job at once: one of them wins each time. */
const MAX_RACES = 10;

export function notifier(world: NotifierWorld): Notifier {
  return {
    tell: async (event) => {
      if (world.notify().targets.length > 0) await tell(event, world);
    },
    sweep: () => sweep(world),
  };
}

/** One notice that cannot be read or sent keeps no other from being sent: what went wrong is thrown when all were looked at. */
async function sweep(world: NotifierWorld): Promise<void> {
  if (world.notify().targets.length === 0) return;
  const ids: string[] = [];
  for await (const id of world.store.listNotices()) ids.push(id);
  const swept: PromiseSettledResult<void>[] = [];
  for (let at = 0; at < ids.length; at += SWEPT_AT_ONCE) {
    swept.push(...(await Promise.allSettled(ids.slice(at, at + SWEPT_AT_ONCE).map((id) => resume(id, world)))));
  }
  throwFirst(swept);
}

function throwFirst(results: readonly PromiseSettledResult<void>[]): void {
  const failed = results.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function tell(event: FlotillaEvent, world: NotifierWorld): Promise<void> {
  if (await world.store.isFinished(event.id)) return;
  const owner = world.uniqueId();
  await changeTold(event.job, (before) => tellAfter(event, { before, owner }, world), world);
}

/**
 * Changes what is known to be told of a job: `change` is given it anew until it says that nobody else wrote meanwhile. What it is done for
 * waits for the next call where that never comes: nothing is sent that is not counted, and nothing given up that others are thought to know.
 */
async function changeTold(job: string, change: (before: Told) => Promise<boolean>, { store }: NotifierWorld): Promise<void> {
  for (let race = 0; race < MAX_RACES; race++) {
    if (await change((await store.loadTold(job)) ?? NOTHING_TOLD)) return;
  }
  throw new TransientError('NOTICES_CONTENDED', `what is told of job ${job} changes too fast; try again`, { context: { job } });
}

/** False: something else was told of the job meanwhile. The notice comes first, so that what is counted is told, whatever dies between. */
async function tellAfter(
  event: FlotillaEvent,
  { before, owner }: { readonly before: Told; readonly owner: string },
  world: NotifierWorld,
): Promise<boolean> {
  const { store } = world;
  const notice = noticeOf(event, before, world);
  if (notice === undefined) return count(event, { before, targets: [] }, store);
  // Somebody has it already, or this very call before it died: then it is finished from where that got to.
  if (!(await store.addNotice(notice, claimOf(owner, world)))) {
    await carry(() => resume(event.id, world), world);
    return true;
  }
  const isCounted = await count(event, { before, targets: notice.deliveries.map(({ target }) => target) }, store);
  if (isCounted) await carry(() => deliver(notice, owner, world), world);
  else await store.dropNotice(event.id, owner);
  return isCounted;
}

/** Nobody waits for targets where there is a background. */
async function carry(work: () => Promise<void>, { background }: NotifierWorld): Promise<void> {
  if (background === undefined) await work();
  else background(work());
}

function claimOf(owner: string, { now }: NotifierWorld): Claim {
  return { owner, now: now(), until: now() + CLAIM_MS };
}

/** Whether the event is counted, now or before. */
async function count(
  event: FlotillaEvent,
  { before, targets }: { readonly before: Told; readonly targets: readonly string[] },
  store: NoticeStore,
): Promise<boolean> {
  const next = fold(before, event, targets);
  return next === before || store.saveTold(event.job, next, before);
}

/** What is to be told of an event, after all that was told; undefined: nothing, to nobody. */
function noticeOf(event: FlotillaEvent, told: Told, world: NotifierWorld): Notice | undefined {
  const notify = world.notify();
  const { recoveredFrom, ...audience } = decide(modeOf(notify, event.job), told, event);
  const { job, severity, at } = event;
  const targets = targetsOf(notify, { job, severity, at, state: stateOf(event) }, audience);
  if (targets.length === 0) return undefined;
  const place = notify.link === undefined ? world.place : ({ kind: 'page', base: notify.link } as const);
  const link = place && linkTo(event, place);
  const since = world.now();
  return {
    ...{ id: event.id, event, since },
    message: composeMessage(event, { ...(recoveredFrom && { recoveredFrom }), ...(link !== undefined && { link }) }),
    deliveries: targets.map((target) => ({ target, tries: 0, dueAt: since, state: 'pending' })),
  };
}

/** Goes on with a notice that nobody is at, where something of it is due. */
async function resume(id: string, world: NotifierWorld): Promise<void> {
  const owner = world.uniqueId();
  const notice = await world.store.claimNotice(id, claimOf(owner, world));
  if (notice === undefined) return;
  await countEvent(notice, world);
  await deliver(notice, owner, world);
}

/** Its first teller may have died before it counted the event. */
async function countEvent({ event, deliveries }: Notice, world: NotifierWorld): Promise<void> {
  const targets = deliveries.map(({ target }) => target);
  await changeTold(event.job, (before) => count(event, { before, targets }, world.store), world);
}

/** A target that was not told after all. */
async function forget(target: string, { event }: Notice, world: NotifierWorld): Promise<void> {
  const change = async (before: Told): Promise<boolean> => {
    const next = forgetTarget(before, event, target);
    return next === before || world.store.saveTold(event.job, next, before);
  };
  await changeTold(event.job, change, world);
}

/** Each delivery is written down as soon as it is done: who comes after a crash sends the others alone. */
async function deliver(notice: Notice, owner: string, world: NotifierWorld): Promise<void> {
  const { store, now } = world;
  let { deliveries } = notice;
  let saved = Promise.resolve(true);
  const due = deliveries.filter((delivery) => isDue(delivery, now()));
  const carried = await Promise.allSettled(
    due.map(async (delivery) => {
      const after = await deliverOne(delivery, notice, world);
      if (after.state === 'given-up') await forget(after.target, notice, world);
      deliveries = deliveries.map((each) => (each.target === after.target ? after : each));
      saved = saved.then((isOurs) => isOurs && store.saveDeliveries(notice.id, owner, deliveries));
      await saved;
    }),
  );
  throwFirst(carried);
  if (!(await saved)) return;
  if (deliveries.some(({ state }) => state === 'pending')) await store.releaseNotice(notice.id, owner);
  else await store.finishNotice(notice.id, now());
}

async function deliverOne(delivery: Delivery, notice: Notice, world: NotifierWorld): Promise<Delivery> {
  const { now, log } = world;
  const { id, message, event, since } = notice;
  const target = world.notify().targets.find((each) => each.id === delivery.target && !each.disable);
  if (target === undefined) return { ...delivery, state: 'given-up', reason: 'the configuration has it no more' };
  const after = afterCall(delivery, await trySend(target, { id, message, event }, world), { now: now(), since });
  const what = `notification ${id} to ${target.id}`;
  if (after.state === 'given-up')
    log.error(`${what} is given up after ${String(after.tries)} tries in a day: ${after.reason ?? ''}`);
  if (after.state === 'pending')
    log.warn(`${what} could not be sent and is tried again at ${new Date(after.dueAt).toISOString()}: ${after.reason ?? ''}`);
  return after;
}

/** A bug in the way to one target is a failure of that one: what it was to get is tried again, and given up in the end. */
async function trySend(target: Target, parcel: Parcel, { send }: NotifierWorld): Promise<Sent> {
  try {
    return await send(target, parcel);
  } catch (error) {
    return { ok: false, reason: formatErrorChain(error) };
  }
}
