import { formatGroup, type Group } from '../../datastore/group.ts';
import { inFlight } from '../../transfer/in-flight.ts';
import type { PlanItem } from '../payloads.ts';
import { NAMESPACES_RECORD, type GroupRecord } from '../report/group-record.ts';
import { laterLook, type BehindAt } from '../report/lag.ts';
import type { RunRecord, RunStore } from '../run-store.ts';

/** Items that are written at once. */
const WRITES_AT_ONCE = 16;

/** What a run has seen of its groups. */
export interface RunView {
  readonly job: string;
  /** What listing all of the plan showed, and what the workers knew in the end. */
  readonly plan: readonly PlanItem[];
  readonly records: readonly GroupRecord[];
  readonly looked: NonNullable<RunRecord['looked']>;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Writes down what each group lacks after a run, and that groups lack nothing which lacked something and have no work now that all of the
 * job was listed. Calling it again changes nothing; what a run that looked later has written stays.
 */
export async function saveBehind(view: RunView, store: Pick<RunStore, 'saveBehind' | 'listBehind'>): Promise<void> {
  const seen = viewOf(view);
  await inFlight(seen.values(), { limit: WRITES_AT_ONCE }, async ({ group, behind }) => {
    if (behind !== undefined) await store.saveBehind(view.job, group, behind, view.now);
  });
  if (!view.looked.whole) return;
  const upToDate = { missing: 0, at: view.looked.at };
  const known = await Array.fromAsync(store.listBehind(view.job));
  const others = known.filter(({ group, missing }) => missing > 0 && !seen.has(formatGroup(group)));
  await inFlight(others, { limit: WRITES_AT_ONCE }, ({ group }) => store.saveBehind(view.job, group, upToDate, view.now));
}

/** `behind` is undefined where nobody could tell: the group had work all the same. */
interface Seen {
  readonly group: Group;
  readonly behind: BehindAt | undefined;
}

/** By `formatGroup`: who looked later knows better, a worker of a run that is begun again or the plan it makes then. */
function viewOf({ plan, records }: RunView): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>();
  const planned = plan.filter((item) => item.kind === 'group');
  for (const { namespace, name, behind } of [...planned, ...records.filter((record) => record.name !== NAMESPACES_RECORD)]) {
    const group = { namespace, name };
    const before = seen.get(formatGroup(group))?.behind;
    seen.set(formatGroup(group), { group, behind: laterLook(before, behind) });
  }
  return seen;
}
