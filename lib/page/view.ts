import type { Html } from '../html/html.ts';

/** A piece of a page that is replaced when it changes while somebody looks. `id` is the id of its outermost element. */
export interface Part {
  readonly id: string;
  readonly markup: Html;
}

/** One page before it has its frame: what does not change while it is looked at, and what does. */
export interface View {
  readonly title: string;
  /** Where the page lies below the overview; the last one is the page itself. */
  readonly trail: readonly { readonly name: string; readonly path: string }[];
  readonly heading: Html;
  /** Stands before, within and behind the parts as `frame` puts it. */
  readonly frame: (parts: readonly Part[]) => Html;
  readonly parts: readonly Part[];
  /** A sentence for those who do not see the page change: told when it is another one. */
  readonly say: string;
  /** Somebody may be writing into it: without script it is not loaded again by itself. */
  readonly hasFields?: true;
  /** Milliseconds until it may look different; undefined: it does not change any more. */
  readonly refreshMs?: number;
}

/** Something is at work. */
export const REFRESH_BUSY_MS = 2000;
/** Nothing is. */
export const REFRESH_IDLE_MS = 15_000;
