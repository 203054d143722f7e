import { countKinds } from '../report/count-kinds.ts';
import type { Tally } from '../report/group-record.ts';
import type { Report } from '../report/report.ts';
import type { RunRecord } from '../run-store.ts';
import type { Standing, Totals } from './health.ts';

/** Runs of which it is known that they are counted: no more than these are ended again by a call that is repeated. */
const MAX_COUNTED = 100;

const NO_TOTALS: Totals = {
  ...{
    runs: {},
    seconds: 0,
    bytes: 0,
    chunks: 0,
    snapshots: {},
    groups: {},
    requests: {},
    throttled: {},
    retried: {},
    errors: {},
  },
};

/** What a change of a standing says anew; undefined members go. */
export type StandingChange = { readonly [K in keyof Standing]?: Standing[K] | undefined };

/** The standing with a change, ready to be written. `at` is ISO 8601. */
export function changed(before: Standing | undefined, change: StandingChange, at: string): Standing {
  const next = { counted: [], totals: NO_TOTALS, ...before, ...change };
  const members = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
  return { ...members, revision: (before?.revision ?? 0) + 1, changedAt: at } as unknown as Standing;
}

/**
 * The standing with a run that ended. A run counts once, however often it is ended; a dry run never. `record` is what the table says of
 * it; undefined: nothing.
 */
export function standingAfter(
  before: Standing | undefined,
  report: Report,
  record: Pick<RunRecord, 'looked'> | undefined,
): Standing | undefined {
  if (report.dryRun || before?.counted.includes(report.id) === true) return before;
  const counted = [...(before?.counted ?? []), report.id].slice(-MAX_COUNTED);
  const totals = addRun(before?.totals ?? NO_TOTALS, report);
  return changed(before, { counted, totals, ...lookAfter(before, report, record), ...goodAfter(report) }, report.endedAt);
}

/** A run that failed before it had listed both sides says that nobody can look; one that did not get as far for another reason, nothing. */
function lookAfter(before: Standing | undefined, report: Report, record: Pick<RunRecord, 'looked'> | undefined): StandingChange {
  const looked = record?.looked;
  if (looked === undefined) return couldNotLook(report) ? { blindSince: before?.blindSince ?? report.startedAt } : {};
  return {
    blindSince: undefined,
    lookedAt: later(before?.lookedAt, looked.at),
    ...(looked.whole && { asOf: later(before?.asOf, looked.at) }),
  };
}

/** A slip of whoever started it by hand says nothing of the datastores. */
function couldNotLook({ state, failures }: Report): boolean {
  return state === 'failed' && !failures.some(({ code }) => code === 'OVERRIDES_INVALID');
}

function goodAfter({ state, id, startedAt, endedAt }: Report): StandingChange {
  return state === 'ok' || state === 'warnings' ? { lastGood: { id, startedAt, endedAt } } : {};
}

function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b;
}

type Counts = Readonly<Record<string, number>>;

function addRun(totals: Totals, report: Report): Totals {
  const { tally, snapshots, groups } = report;
  return {
    runs: add(totals.runs, { [report.state]: 1 }),
    seconds: totals.seconds + report.seconds,
    bytes: totals.bytes + tally.bytes,
    chunks: totals.chunks + tally.chunks,
    snapshots: add(totals.snapshots, { ...snapshots, removed: report.removed?.snapshots ?? 0 }),
    groups: add(totals.groups, { ok: groups.ok, errors: groups.errors, unfinished: groups.unfinished }),
    requests: add(totals.requests, { ...requestsOf('source', tally), ...requestsOf('target', tally) }),
    throttled: add(totals.throttled, { source: tally.source.throttled, target: tally.target.throttled }),
    retried: add(totals.retried, { source: tally.source.retried, target: tally.target.retried }),
    errors: add(totals.errors, countKinds(report)),
  };
}

const OPERATIONS = ['list', 'head', 'get', 'put', 'copy', 'delete'] as const;

function requestsOf(side: 'source' | 'target', tally: Pick<Tally, 'source' | 'target'>): Counts {
  return Object.fromEntries(OPERATIONS.map((operation) => [`${side} ${operation}`, tally[side][operation]]));
}

/** Only what happened has an entry. */
function add(sum: Counts, more: Counts): Counts {
  const entries = Object.entries(more).filter(([, count]) => count > 0);
  return { ...sum, ...Object.fromEntries(entries.map(([name, count]) => [name, (sum[name] ?? 0) + count])) };
}
