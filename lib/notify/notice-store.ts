import type { FlotillaEvent } from '../sync/event/event.ts';
import type { Message } from './message.ts';
import type { Told } from './told.ts';

/** The way of one message to one target. */
export interface Delivery {
  readonly target: string;
  /** Calls so far that ended without it; times are epoch milliseconds. */
  readonly tries: number;
  /** Not before this. */
  readonly dueAt: number;
  readonly state: 'pending' | 'sent' | 'given-up';
  /** Why it did not work the last time, for people. */
  readonly reason?: string;
}

/** A message on its way: what happened, what is said of it, and to whom. */
export interface Notice {
  /** The event's id. */
  readonly id: string;
  readonly event: FlotillaEvent;
  readonly message: Message;
  readonly deliveries: readonly Delivery[];
  /** Epoch milliseconds: when the first one was tried. */
  readonly since: number;
}

/** Who works on a notice: a name that no other call has, and for how long, in epoch milliseconds. */
export interface Claim {
  readonly owner: string;
  readonly now: number;
  readonly until: number;
}

/**
 * What is told and what was: so that a message is sent to each target once, also when its event comes twice or the process dies. Every method
 * throws `TransientError` where the table could not be reached.
 */
export interface NoticeStore {
  /** What is known of a job from what was told of it; undefined: nothing yet. */
  loadTold(job: string): Promise<Told | undefined>;
  /** Writes `next` if what is there still has `before`'s revision, or is `next` already. False: somebody else wrote meanwhile. */
  saveTold(job: string, next: Told, before: Told): Promise<boolean>;
  /** Makes a notice and claims it. False, with nothing changed, when there is one by its id, or it was `finishNotice`d before. */
  addNotice(notice: Notice, claim: Claim): Promise<boolean>;
  /** Claims a notice whose last claim has ended, or lasts for longer than any can, and reads it. Undefined: it is somebody else's, or not there. */
  claimNotice(id: string, claim: Claim): Promise<Notice | undefined>;
  /** Writes how far its deliveries are, while the claim is the owner's. False: it is not any more. */
  saveDeliveries(id: string, owner: string, deliveries: readonly Delivery[]): Promise<boolean>;
  /** Ends the claim, so that others need not wait for its time to be over. */
  releaseNotice(id: string, owner: string): Promise<void>;
  /** Takes a notice out; its id is remembered for longer than an event can come again. */
  finishNotice(id: string, now: number): Promise<void>;
  /** Drops a notice that nothing was sent of: as if it had never been there. */
  dropNotice(id: string, owner: string): Promise<void>;
  /** Whether a notice by this id was finished. */
  isFinished(id: string): Promise<boolean>;
  /** Ids of all notices on their way. */
  listNotices(): AsyncIterable<string>;
}
