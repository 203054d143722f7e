import { formatTable } from '../lib/cli/format-table.ts';
import type { Outcome } from './contest.ts';
import type { MadeDatastore } from './make-datastore.ts';
import type { RequestKind } from './proxy/request-kind.ts';

const HEAD = [
  'tool',
  'act',
  's',
  'MB/s',
  'CPU-s',
  'CPU-s/GB',
  'peak MB',
  'source requests',
  'target requests',
  'sent again',
  'torn',
];

/** The medians of all rounds, one row for each tool and act. */
export function resultTable(outcomes: readonly Outcome[], made: MadeDatastore): string {
  const groups = Map.groupBy(outcomes, ({ tool, act }) => `${act}\0${tool}`);
  const rows = [...groups.values()].map((group) => row(group, made));
  return formatTable([HEAD, ...rows]);
}

function row(group: readonly Outcome[], made: MadeDatastore): string[] {
  const [first] = group;
  if (first === undefined) return [];
  const seconds = median(group.map((each) => each.seconds));
  const cpu = median(group.map((each) => each.cpuSeconds));
  const peak = median(group.flatMap(({ peakBytes }) => (peakBytes === undefined ? [] : [peakBytes])));
  const bytes = { first: made.bytes, 'no-op': 0, new: made.nightBytes }[first.act];
  const failed = group.filter(({ exitCode }) => exitCode !== 0).length;
  return [
    failed === 0 ? first.tool : `${first.tool} (failed ${failed} of ${group.length})`,
    first.act,
    `${seconds.toFixed(1)} (${spread(group.map((each) => each.seconds))})`,
    bytes === 0 ? '' : (bytes / 1e6 / seconds).toFixed(0),
    cpu.toFixed(1),
    bytes === 0 ? '' : (cpu / (bytes / 1e9)).toFixed(2),
    Number.isNaN(peak) ? '' : (peak / 1e6).toFixed(0),
    requests(group, 'source'),
    requests(group, 'target'),
    sentAgain(group),
    torn(group),
  ];
}

function requests(group: readonly Outcome[], side: 'source' | 'target'): string {
  const counts = group.flatMap(({ sides }) => (sides === undefined ? [] : [sides[side].requests]));
  const kinds = Object.keys(counts[0] ?? {}) as RequestKind[];
  const medians = kinds.map((kind) => [kind, median(counts.map((each) => each[kind]))] as const);
  return medians
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ');
}

function sentAgain(group: readonly Outcome[]): string {
  const most = Math.max(...group.map(({ sides }) => sides?.target.bytesUpAgain ?? NaN));
  return Number.isNaN(most) ? '' : `${(most / 1e6).toFixed(1)} MB`;
}

/** The worst round. */
function torn(group: readonly Outcome[]): string {
  const orders = group.flatMap(({ order }) => (order === undefined ? [] : [order]));
  if (orders.length === 0) return '';
  const worst = orders.reduce((a, b) => (b.torn > a.torn ? b : a));
  const longest = Math.max(...orders.map(({ longestSeconds }) => longestSeconds));
  const most = Math.max(...orders.map(({ visible }) => visible));
  return worst.torn === 0
    ? `0 of ${most}`
    : `${worst.torn} of ${most}, ${longest === Infinity ? 'to the end' : `up to ${longest.toFixed(1)} s`}`;
}

function spread(figures: readonly number[]): string {
  return `${Math.min(...figures).toFixed(1)}-${Math.max(...figures).toFixed(1)}`;
}

export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}
