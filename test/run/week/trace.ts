import type { TurnAnswer } from '../../../lib/sync/overlap/turn.ts';
import type { RunRecord, TickRecord } from '../../../lib/sync/run-store.ts';
import type { Report } from '../../../lib/sync/report/report.ts';
import type { GroupRecord } from '../../../lib/sync/report/group-record.ts';
import type { Arrival } from './draw-week.ts';

/** What was seen of a week, in the order in which it happened. Times are epoch milliseconds; `run` is unique over all jobs. */
export type Seen = SeenRun | SeenSuspension;

export type SeenRun = { readonly at: number; readonly run: string } & SeenOfRun;

interface SeenSuspension {
  readonly at: number;
  readonly what: 'suspended' | 'resumed';
  readonly job: string | undefined;
}

export type SeenOfRun =
  | { readonly what: 'begins'; readonly arrival: Arrival }
  /** Its tick was written down as served. */
  | { readonly what: 'serves'; readonly tick: TickRecord }
  /** It asked for its turn, and was answered. */
  | { readonly what: 'asks'; readonly answer: TurnAnswer['decision'] }
  | { readonly what: 'records'; readonly record: RunRecord }
  | { readonly what: 'records-group'; readonly record: GroupRecord }
  /** It has planned. */
  | { readonly what: 'works' }
  | { readonly what: 'leaves' }
  | { readonly what: 'locks' | 'unlocks'; readonly group: string }
  /** It writes a chunk of a group to the target. */
  | { readonly what: 'writes'; readonly group: string }
  /** A function died, and is called again. */
  | { readonly what: 'crashes' }
  | { readonly what: 'announces'; readonly state: Report['state'] }
  /** Its execution is gone. */
  | { readonly what: 'dies' }
  | { readonly what: 'ends'; readonly status: 'SUCCEEDED' | 'FAILED' };

export function isOfRun(seen: Seen): seen is SeenRun {
  return 'run' in seen;
}
