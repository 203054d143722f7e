import type { Transfer } from '../datastore/layout.ts';
import type { Presence } from './known-content.ts';
import { moveObject, verifies } from './move-object.ts';
import { PART_BYTES, PARTS_FROM_BYTES } from './move-parts.ts';
import { partBytes } from './part-ranges.ts';
import type { PhaseOptions } from './run-phase.ts';
import type { Slot } from './slots.ts';
import { countKnown } from './tally.ts';

/** A transfer, its place in its window, and what is known of its object on the target. */
export interface Located {
  readonly transfer: Transfer;
  readonly index: number;
  readonly presence: Exclude<Presence, 'present'> | 'prove';
}

/** What a chunk may take whose size nobody told: PBS makes chunks of 4 MiB (facts/pbs.md 1.2). */
const UNTOLD_BYTES = 4 * 1024 * 1024;

/** Leaves out what the target has, and all but the first of what the window names twice. */
export async function locate(window: readonly Transfer[], options: PhaseOptions): Promise<Located[]> {
  const first = new Map<string, number>();
  for (const [index, { digest }] of window.entries()) {
    const key = digest?.toString('latin1');
    if (key !== undefined && !first.has(key)) first.set(key, index);
  }
  const addressed = [...first.values()].map((index) => window[index]?.digest).filter((digest) => digest !== undefined);
  const { known } = options.content;
  const presence = options.distrust ? addressed.map(() => 'prove' as const) : await known.locate(addressed, options);
  const presenceAt = new Map([...first.values()].map((index, at) => [index, presence[at]]));

  const located: Located[] = [];
  for (const [index, transfer] of window.entries()) {
    const found = transfer.digest === undefined ? 'missing' : presenceAt.get(index);
    if (found !== undefined && found !== 'present') located.push({ transfer, index, presence: found });
  }
  return located;
}

/** The slot of a transfer, and how it went. */
export interface Ticket {
  slot: Slot | undefined;
  bytes: number;
  failed: boolean;
}

/** With the slot that the transfer needs; without when its content is there by now, or on its way for somebody else. */
export async function ticketFor({ transfer, presence }: Located, options: PhaseOptions): Promise<Ticket> {
  const { known, moving } = options.content;
  const { digest } = transfer;
  const needsNone = digest !== undefined && presence !== 'prove' && (known.has(digest) || moving.has(digest));
  return { slot: needsNone ? undefined : await acquire(transfer, options), bytes: 0, failed: false };
}

export function giveBack(ticket: Ticket): void {
  ticket.slot?.release({ bytes: ticket.bytes, failed: ticket.failed });
  ticket.slot = undefined;
}

function acquire(transfer: Transfer, { slots, copies }: PhaseOptions): Promise<Slot> {
  return slots.acquire(copies?.sure === true ? 0 : bytesOf(transfer));
}

/** Bytes that a relay holds at once; a copy that is refused becomes one. */
function bytesOf({ body, size, contentBytes }: Transfer): number {
  if (body !== undefined) return 0;
  const whole = size ?? contentBytes ?? UNTOLD_BYTES;
  return whole > PARTS_FROM_BYTES ? partBytes(whole, PART_BYTES) : whole;
}

/** Brings one object to the target, unless somebody else does. */
export async function moveLocated(located: Located, ticket: Ticket, options: PhaseOptions): Promise<void> {
  const { digest } = located.transfer;
  if (digest === undefined) await bringWith(ticket, located, options);
  else await moveContent(digest, located, ticket, options);
  await options.beat();
}

async function moveContent(digest: Buffer, located: Located, ticket: Ticket, options: PhaseOptions): Promise<void> {
  const { known, moving } = options.content;
  const trusts = located.presence !== 'prove';
  const isAtHand = trusts && known.has(digest);
  // Who waits for others holds up nobody: no slot is kept for it.
  if (isAtHand || moving.has(digest)) giveBack(ticket);
  // Known before it is no longer under way: in between somebody else would take it for missing.
  const move = () => bringWith(ticket, located, options).then(() => known.add(digest));
  if (isAtHand || !(await moving.once(digest, move, trusts))) countKnown(options.tally, located.transfer);
}

async function bringWith(ticket: Ticket, located: Located, options: PhaseOptions): Promise<void> {
  ticket.slot ??= await acquire(located.transfer, options);
  ticket.failed = true;
  ticket.bytes = await bring(located, options);
  ticket.failed = false;
}

/** The bytes that were written for it. */
async function bring(located: Located, options: PhaseOptions): Promise<number> {
  const { transfer, presence } = located;
  if (await isThere(located, options)) {
    countKnown(options.tally, transfer);
    return 0;
  }
  options.watch?.begun(transfer);
  const { outcome, bytes } = await moveObject(presence === 'prove' ? replacing(transfer) : transfer, options);
  if (outcome === 'exists' && presence === 'missing') options.content.rivals.met();
  options.watch?.ended(transfer, bytes);
  return bytes;
}

/** The same transfer, but over what is there. */
function replacing(transfer: Transfer): Transfer {
  return Object.create(transfer, { replace: { value: true } }) as Transfer;
}

async function isThere({ transfer, presence }: Located, options: PhaseOptions): Promise<boolean> {
  if (presence === 'prove') return isProven(transfer, options);
  const { rivals } = options.content;
  const asks = presence === 'ask' || (transfer.digest !== undefined && rivals.asksFirst());
  if (!asks || (await options.target.head(transfer.targetKey)) === undefined) return false;
  if (presence === 'missing') rivals.met();
  return true;
}

/** Whether the target's object is what its name says. */
async function isProven(transfer: Transfer, { target }: PhaseOptions): Promise<boolean> {
  const held = await target.get(transfer.targetKey);
  return held !== undefined && verifies(transfer, held.bytes);
}
