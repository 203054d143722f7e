import { unlessAhead } from '../overlap/clocks.ts';
import { endedWell, type Report } from '../report/report.ts';
import type { RunRecord } from '../run-store.ts';
import type { Standing } from './health.ts';
import { addTotals, NO_TOTALS, totalsOf, totalsSince } from './totals.ts';

/** Ends of which it is known that they are counted: no more than these are ended again by a call that is repeated. */
const MAX_COUNTED = 100;

/** Runs that may go on after their end, with what was counted of them then: more hardly end meanwhile. */
const MAX_SUMS = 8;

/** What a change of a standing says anew; undefined members go. */
export type StandingChange = { readonly [K in keyof Standing]?: Standing[K] | undefined };

/** The standing with a change, ready to be written. `at` is ISO 8601. */
export function changed(before: Standing | undefined, change: StandingChange, at: string): Standing {
  const next = { counted: [], totals: NO_TOTALS, ...before, ...change };
  const members = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined));
  return { ...members, revision: (before?.revision ?? 0) + 1, changedAt: at } as unknown as Standing;
}

type End = Pick<Report, 'id' | 'state'>;

/** A run that is begun again ends again, and may do so in another way. */
const nameEnd = ({ id, state }: End): string => `${id} ${state}`;

export function isCounted(standing: Standing | undefined, end: End): boolean {
  return standing?.counted.includes(nameEnd(end)) === true;
}

/** What the table says of a run; undefined: nothing. */
type Known = Pick<RunRecord, 'looked'> | undefined;

/** The standing with a run that ended: each end of it counts once, and what it did does; a dry run is remembered, and says nothing. */
export function standingAfter(before: Standing | undefined, report: Report, record: Known): Standing | undefined {
  if (isCounted(before, report)) return before;
  const counted = [...(before?.counted ?? []), nameEnd(report)].slice(-MAX_COUNTED);
  if (report.dryRun) return changed(before, { counted }, report.endedAt);
  return changed(
    before,
    { counted, ...sumAfter(before, report), ...lookAfter(before, report, record), ...goodAfter(report) },
    report.endedAt,
  );
}

/** The report of a run that was begun again sums up all it did: only what it did since its last end is new. */
function sumAfter(before: Standing | undefined, report: Report): Pick<Standing, 'totals' | 'sums'> {
  const { totals = NO_TOTALS, sums = [] }: Partial<Standing> = before ?? {};
  const now = totalsOf(report);
  const own = sums.find(({ run }) => run === report.id);
  const others = sums.filter(({ run }) => run !== report.id);
  return {
    totals: addTotals(totals, own === undefined ? now : totalsSince(now, own.totals)),
    sums: [...others, { run: report.id, totals: now }].slice(-MAX_SUMS),
  };
}

/** Whether the run shows how far the copy is behind: it has looked, or it could not. */
export function hasTriedToLook(report: Report, record: Known): boolean {
  return record?.looked !== undefined || couldNotLook(report);
}

/**
 * A run that failed before it had listed both sides says that nobody can look; one that did not get as far for another reason, nothing.
 * Nor does one that saw a part: of the rest nobody knows more than before. Who looked before another could not has seen less than that.
 */
function lookAfter(before: Standing | undefined, report: Report, record: Known): StandingChange {
  const now = Date.parse(report.endedAt);
  const [asOf, blindSince] = [unlessAhead(before?.asOf, now), unlessAhead(before?.blindSince, now)];
  const looked = record?.looked;
  if (looked === undefined) return couldNotLook(report) ? { blindSince: blindSince ?? report.startedAt } : {};
  if (!looked.whole) return {};
  const sees = blindSince === undefined || looked.at >= blindSince;
  return { asOf: later(asOf, looked.at), blindSince: sees ? undefined : blindSince };
}

/** A slip of whoever started it by hand says nothing of the datastores. */
function couldNotLook({ state, failures }: Report): boolean {
  return state === 'failed' && !failures.some(({ code }) => code === 'OVERRIDES_INVALID');
}

function goodAfter({ state, id, startedAt, endedAt }: Report): StandingChange {
  return endedWell(state) ? { lastGood: { id, startedAt, endedAt } } : {};
}

function later(a: string | undefined, b: string): string {
  return a !== undefined && a > b ? a : b;
}
