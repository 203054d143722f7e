import { expect, it } from 'vitest';
import { pbsLayout } from '../../lib/layouts/pbs/layout.ts';
import { emptyGroup, listGroup } from '../../lib/sync/list-groups.ts';
import { planGroup } from '../../lib/sync/plan-group.ts';
import { refinePlan, type RefineSides } from '../../lib/sync/refine-plan.ts';
import type { StopReason } from '../../lib/sync/worker.ts';
import { faulty } from '../support/faulty.ts';
import { groupOf, storeOf } from '../support/listed-store.ts';
import { job } from '../support/locations.ts';

const MACHINE = groupOf('vm/100');
const DAYS = Array.from({ length: 28 }, (_, at) => at + 1);

/** Refines the plan of 28 snapshots whose manifests verified-only has to read, and counts how many are read, and at once. */
async function refine(stopReason: () => StopReason | undefined = () => undefined) {
  const reads = { begun: 0, underWay: 0, most: 0, beats: 0 };
  const store = await storeOf({ 'vm/100': DAYS });
  const source = faulty(store, {
    before: async () => {
      reads.begun += 1;
      reads.underWay += 1;
      reads.most = Math.max(reads.most, reads.underWay);
      await new Promise((resolve) => setImmediate(resolve));
    },
    after: () => void (reads.underWay -= 1),
  });
  const options = job({ verifiedOnly: true });
  const listed = await listGroup(store, pbsLayout, MACHINE);
  const facts = { source: listed, target: emptyGroup(MACHINE), failed: new Set<string>(), replicas: new Map(), options };
  const sides: RefineSides = {
    source: listed,
    targetGroup: MACHINE,
    worker: { job: options, layout: pbsLayout, source, target: store, stopReason },
    beat: async () => void (reads.beats += 1),
  };
  return { reads, plan: refinePlan(planGroup(facts, pbsLayout), sides) };
}

it('reads each manifest once, 16 at a time, and keeps the lock alive meanwhile', async () => {
  const { reads, plan } = await refine();
  await plan;
  expect(reads).toMatchObject({ begun: 28, most: 16, beats: 28 });
});

it('fails the group with what to do when one call is too short for all its manifests', async () => {
  let asked = 0;
  const { plan } = await refine(() => ((asked += 1) > 20 ? 'deadline' : undefined));
  await expect(plan).rejects.toMatchObject({ name: 'DataError', code: 'PLANNING_TOO_LONG', context: { group: 'vm/100' } });
});
