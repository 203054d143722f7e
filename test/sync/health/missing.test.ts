import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pbsLayout } from '../../../lib/layouts/pbs/layout.ts';
import { openMissing } from '../../../lib/sync/health/missing.ts';
import { planGroup } from '../../../lib/sync/plan-group.ts';
import { job } from '../../support/locations.ts';
import { nameOf } from '../../support/sample-store.ts';

const AT = '2025-12-01T00:00:00.000Z';
const timeOf = (number: number): string => nameOf(number).replace('Z', '.000Z');
const listed = (numbers: readonly number[]) => ({
  group: { namespace: '', name: 'vm/100' },
  files: [{ name: 'owner', size: 1, etag: 'o' }],
  snapshots: [...numbers]
    .sort((a, b) => a - b)
    .map((number) => ({ name: nameOf(number), files: [{ name: 'index.json.blob', size: 1, etag: String(number) }] })),
});

interface Case {
  readonly source: readonly number[];
  readonly target: readonly number[];
  readonly failed?: readonly number[];
  readonly fillGaps?: boolean;
}

function missingOf({ source, target, failed = [], fillGaps = false }: Case) {
  const facts = { source: listed(source), target: listed(target), failed: new Set(failed.map(nameOf)), replicas: new Map() };
  const plan = planGroup({ ...facts, options: { ...job(), fillGaps } }, pbsLayout);
  return openMissing(plan, plan.pull, pbsLayout);
}

describe('what a group lacks', () => {
  it('is all of a group that the target has nothing of', () => {
    const behind = missingOf({ source: [1, 2, 3], target: [] }).behind(AT);
    expect(behind).toEqual({ missing: 3, since: timeOf(1), newest: timeOf(3), at: AT });
  });

  it('is nothing where only older ones are left out, as PBS does', () => {
    expect(missingOf({ source: [1, 2, 3], target: [2, 3] }).behind(AT)).toEqual({ missing: 0, at: AT });
  });

  it('counts what failed before and has a newer copy, which makes the copy no older', () => {
    const behind = missingOf({ source: [1, 2, 3], target: [1, 3], failed: [2] }).behind(AT);
    expect(behind).toEqual({ missing: 1, newest: timeOf(2), at: AT });
  });

  it('grows while a copy with a wrong date holds everything back', () => {
    const behind = missingOf({ source: [1, 2, 3], target: [1, 20] }).behind(AT);
    expect(behind).toEqual({ missing: 2, since: timeOf(2), newest: timeOf(3), at: AT });
  });

  it('follows the copies of its worker, the failures and what vanishes', () => {
    const missing = missingOf({ source: [1, 2, 3, 4], target: [] });
    missing.copied(nameOf(1));
    expect(missing.behind(AT)).toEqual({ missing: 3, since: timeOf(2), newest: timeOf(4), at: AT });
    missing.copied(nameOf(3));
    expect(missing.behind(AT)).toEqual({ missing: 2, since: timeOf(4), newest: timeOf(4), at: AT });
    missing.vanished(nameOf(4));
    expect(missing.behind(AT)).toEqual({ missing: 1, newest: timeOf(2), at: AT });
  });

  it('is after each copy what a plan made then would say', () => {
    const days = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 });
    const cases = fc.record({ source: days, target: days, fillGaps: fc.boolean(), copies: fc.nat(8) });
    fc.assert(
      fc.property(cases, ({ source, target, fillGaps, copies }) => {
        const missing = missingOf({ source, target, fillGaps });
        const plan = planGroup(
          {
            source: listed(source),
            target: listed(target),
            failed: new Set(),
            replicas: new Map(),
            options: { ...job(), fillGaps },
          },
          pbsLayout,
        );
        const done = plan.pull.filter(({ existing }) => existing === undefined).slice(0, copies);
        for (const { snapshot } of done) missing.copied(snapshot.name);
        const now = [...target, ...source.filter((day) => done.some(({ snapshot }) => snapshot.name === nameOf(day)))];
        expect(missing.behind(AT)).toEqual(missingOf({ source, target: now, fillGaps }).behind(AT));
      }),
    );
  });
});
