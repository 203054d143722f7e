import type { FlotillaEvent } from '../sync/event/event.ts';
import type { Message } from './message.ts';
import type { Target } from './target.ts';

/** What came of it. `reason` is for people and holds no secret. */
export type Sent = { readonly ok: true } | { readonly ok: false; readonly reason: string; readonly retryAfterMs?: number };

/** Something to carry to a target. `id` is the same however often it is carried. */
export interface Parcel {
  readonly id: string;
  readonly message: Message;
  /** Left out of a test. */
  readonly event?: FlotillaEvent;
}

/** Carries a message to a target, with a few tries of its own. Never throws for what the target, the network or a secret is to blame for. */
export type Send = (target: Target, parcel: Parcel) => Promise<Sent>;
