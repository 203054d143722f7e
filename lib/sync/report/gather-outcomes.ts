import { formatGroup, type Group } from '../../datastore/group.ts';
import type { Failure } from './group-record.ts';
import type { Outcome, SnapshotDetail } from './outcome.ts';
import { pickEvenly, type Picker } from './pick-evenly.ts';
import { MAX_REPORT_FAILURES } from './report.ts';

/** A report names so many snapshots over all groups; a page of them opens, whatever the run did. */
export const MAX_REPORT_SNAPSHOTS = 20_000;

export interface GroupOutcome {
  readonly group: Group;
  readonly outcome: Outcome;
}

/** What a report tells of the snapshots of a run, by `formatGroup`. */
export interface GatheredOutcomes {
  /** What is named: failures before what was left out before what moved, the newest first; no group at the cost of another. */
  readonly named: ReadonlyMap<string, readonly SnapshotDetail[]>;
  /** Outcomes of each group, those that are not named included. */
  readonly counts: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, readonly Failure[]>;
}

export const NO_OUTCOMES: GatheredOutcomes = { named: new Map(), counts: new Map(), failures: new Map() };

interface Named {
  readonly group: string;
  readonly detail: SnapshotDetail;
}

interface NamedFailure {
  readonly group: string;
  readonly failure: Failure;
}

/** Reads all outcomes of a run, one group in memory, and keeps what a report has room for. They come group after group. */
export async function gatherOutcomes(
  outcomes: AsyncIterable<GroupOutcome>,
  limit = MAX_REPORT_SNAPSHOTS,
): Promise<GatheredOutcomes> {
  const counts = new Map<string, number>();
  const pickers: Pickers = { named: pickEvenly(limit), failures: pickEvenly(MAX_REPORT_FAILURES) };
  let group = '';
  let ofGroup: Outcome[] = [];
  const close = (): void => {
    if (ofGroup.length > 0) counts.set(group, ofGroup.length);
    offerGroup(group, ofGroup, pickers);
    ofGroup = [];
  };
  for await (const each of outcomes) {
    const name = formatGroup(each.group);
    if (name !== group) close();
    group = name;
    ofGroup.push(each.outcome);
  }
  close();
  const named = Map.groupBy(pickers.named.picked(), (each) => each.group);
  const failures = Map.groupBy(pickers.failures.picked(), (each) => each.group);
  return {
    named: new Map([...named].map(([name, those]) => [name, those.map(({ detail }) => detail)])),
    counts,
    failures: new Map([...failures].map(([name, those]) => [name, those.map(({ failure }) => failure)])),
  };
}

interface Pickers {
  readonly named: Picker<Named>;
  readonly failures: Picker<NamedFailure>;
}

const CLASSES = { failed: 0, 'left-out': 1, copied: 2, updated: 2 } as const;

/** More than a group has snapshots: the first of a class comes after the last of the class before it. */
const CLASS_RANKS = 1e9;

function offerGroup(group: string, outcomes: readonly Outcome[], { named, failures }: Pickers): void {
  const ranks = [0, 0, 0];
  const ranked = outcomes.toReversed().map((outcome) => {
    const inClass = CLASSES[outcome.outcome];
    const rank = ranks[inClass] ?? 0;
    ranks[inClass] = rank + 1;
    return { outcome, rank: inClass * CLASS_RANKS + rank };
  });
  for (const { outcome, rank } of ranked.toReversed()) {
    named.offer({ group, detail: detailOf(outcome) }, rank);
    if (outcome.outcome === 'failed') failures.offer({ group, failure: outcome.failure }, rank);
  }
}

/** The report names each damaged chunk once, with its failure. */
function detailOf(outcome: Outcome): SnapshotDetail {
  if (outcome.outcome !== 'failed') return outcome;
  const { kind, code, message, archive } = outcome.failure;
  return { ...outcome, failure: { kind, code, message, ...(archive !== undefined && { archive }) } };
}
