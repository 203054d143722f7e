import type { z } from 'zod';
import { checkSchedules } from './check-schedules.ts';
import { formatFault } from './fault.ts';
import type { Fault } from './fault.ts';
import type { jobSchema } from './job-schema.ts';
import { omitKeys } from './spelling.ts';
import type { ValidMembers } from './valid-members.ts';

type Options = ValidMembers<Omit<z.output<typeof jobSchema>, 'id' | 'source' | 'target'>>;

/** PBS: levels of namespaces below the root (facts/pbs.md 3). */
const MAX_LEVELS = 7;

/** What is wrong between options that are right each by itself. */
export function checkOptions(options: Options): readonly Fault[] {
  return [...checkRun(options), ...checkSchedules(options.entry, options.given), ...checkScheduled(options)];
}

/** What one run may change. */
function checkRun(options: Options): readonly Fault[] {
  return [...checkDepth(options), ...checkBurst(options, 'in'), ...checkBurst(options, 'out')];
}

/** What is wrong with the job once a schedule's overrides are merged in, and right without them. */
function checkScheduled({ entry, given }: Options): readonly Fault[] {
  const entries = typeof entry.schedule === 'string' ? [] : (entry.schedule ?? []);
  const before = new Set(checkRun({ entry, given }).map(formatFault));
  return entries.flatMap(({ overrides = {} }, index) => {
    const cleared = Object.keys(overrides).filter((key) => overrides[key] === null);
    const merged = omitKeys({ ...entry, ...overrides }, cleared as (keyof typeof entry)[]);
    const keys = [...given, ...Object.keys(overrides)].filter((key) => !cleared.includes(key));
    const faults = checkRun({ entry: merged, given: keys }).filter((fault) => !before.has(formatFault(fault)));
    return faults.map((fault) => ({ ...fault, path: ['schedule', index, 'overrides', ...fault.path] }));
  });
}

function checkDepth({ entry }: Options): readonly Fault[] {
  const depth = entry['max-depth'];
  // An anchor that is wrong has its fault already, and one that is not there is the root.
  const anchors = (['namespace', 'target-namespace'] as const).map((key) => ({ key, levels: levelsOf(entry[key] ?? '') }));
  const [deepest] = anchors.toSorted((a, b) => b.levels - a.levels);
  if (depth === undefined || deepest === undefined || deepest.levels + depth <= MAX_LEVELS) return [];
  const levels = deepest.levels === 1 ? '1 level' : `${deepest.levels} levels`;
  const most = `PBS allows ${MAX_LEVELS} below the root and the ${deepest.key} has ${levels}: wanted at most ${MAX_LEVELS - deepest.levels}`;
  return [{ path: ['max-depth'], problem: `${depth} is too deep, since ${most}` }];
}

function checkBurst({ given }: Options, direction: 'in' | 'out'): readonly Fault[] {
  const [burst, rate] = [`burst-${direction}`, `rate-${direction}`];
  if (!given.includes(burst) || given.includes(rate)) return [];
  return [{ path: [burst], atKey: true, problem: `stands without ${rate}, which it belongs to; add that, or leave it out` }];
}

function levelsOf(namespace: string): number {
  return namespace === '' ? 0 : namespace.split('/').length;
}
