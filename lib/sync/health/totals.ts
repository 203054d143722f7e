import { REQUEST_KINDS } from '../../datastore/object-store.ts';
import { countKinds } from '../report/count-kinds.ts';
import type { Tally } from '../report/group-record.ts';
import type { Report } from '../report/report.ts';
import type { Totals } from './health.ts';

export const NO_TOTALS: Totals = {
  ...{ runs: {}, seconds: 0, bytes: 0, chunks: 0, snapshots: {}, groups: {} },
  ...{ requests: {}, throttled: {}, retried: {}, errors: {} },
};

/** One run in numbers, all that it did before it was begun again included. */
export function totalsOf(report: Report): Totals {
  const { tally, snapshots, groups } = report;
  return {
    runs: { [report.state]: 1 },
    ...{ seconds: report.seconds, bytes: tally.bytes, chunks: tally.chunks },
    snapshots: counted({ ...snapshots, removed: report.removed?.snapshots ?? 0 }),
    groups: counted({ ok: groups.ok, errors: groups.errors, unfinished: groups.unfinished }),
    requests: counted({ ...requestsOf('source', tally), ...requestsOf('target', tally) }),
    throttled: counted({ source: tally.source.throttled, target: tally.target.throttled }),
    retried: counted({ source: tally.source.retried, target: tally.target.retried }),
    errors: counted(countKinds(report)),
  };
}

export function addTotals(sum: Totals, more: Totals): Totals {
  return combine(sum, more, (a, b) => a + b);
}

/** What a run did since an earlier end of its own; how it ended counts each time. */
export function totalsSince(now: Totals, earlier: Totals): Totals {
  return { ...combine(now, earlier, (a, b) => Math.max(0, a - b)), runs: now.runs };
}

type Counts = Readonly<Record<string, number>>;

const MEMBERS = ['runs', 'snapshots', 'groups', 'requests', 'throttled', 'retried', 'errors'] as const;

function combine(a: Totals, b: Totals, of: (a: number, b: number) => number): Totals {
  const counts = MEMBERS.map((member) => [member, combineCounts(a[member], b[member], of)] as const);
  return {
    ...(Object.fromEntries(counts) as Pick<Totals, (typeof MEMBERS)[number]>),
    ...{ seconds: of(a.seconds, b.seconds), bytes: of(a.bytes, b.bytes), chunks: of(a.chunks, b.chunks) },
  };
}

function combineCounts(a: Counts, b: Counts, of: (a: number, b: number) => number): Counts {
  const names = Object.keys({ ...a, ...b });
  return counted(Object.fromEntries(names.map((name) => [name, of(a[name] ?? 0, b[name] ?? 0)])));
}

/** Only what happened has an entry. */
function counted(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function requestsOf(side: 'source' | 'target', tally: Pick<Tally, 'source' | 'target'>): Counts {
  return Object.fromEntries(REQUEST_KINDS.map((kind) => [`${side} ${kind}`, tally[side][kind]]));
}
