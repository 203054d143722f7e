import { afterAll, beforeAll, describe } from 'vitest';
import type { RunStore } from '../../lib/sync/run-store.ts';
import { describeCauses } from './run-store/causes.ts';
import { describeDeferred } from './run-store/deferred.ts';
import { describeLockLine, describeLocks, describeLostLocks } from './run-store/locks.ts';
import { describeOutcomes } from './run-store/outcomes.ts';
import { describeFailed, describeReplicas } from './run-store/replicas.ts';
import { describeGroups, describeRuns } from './run-store/runs.ts';
import { describeSchedules, describeSuspensions } from './run-store/schedules.ts';
import { describeBehind, describeStandings } from './run-store/standings.ts';
import { describeStarts } from './run-store/starts.ts';
import { describeOverlap, describeTurns } from './run-store/turns.ts';
import { describeWritten } from './run-store/written.ts';

/** A store to put through the suite; it may be shared with other tests that use other names. */
export interface OpenedRunStore {
  readonly store: RunStore;
  close(): Promise<void>;
}

/** Proves the guarantees that lib/sync/run-store.ts writes down. */
export function describeRunStore(name: string, make: () => Promise<OpenedRunStore>): void {
  describe(name, () => {
    let opened: OpenedRunStore;
    beforeAll(async () => {
      opened = await make();
    });
    afterAll(() => opened.close());
    const store = (): RunStore => opened.store;
    describe('locks', () => describeLocks(store));
    describe('lost locks', () => describeLostLocks(store));
    describe('a line of those who wait for a lock', () => describeLockLine(store));
    describe('what starts a run', () => describeCauses(store));
    describe('turns', () => describeTurns(store));
    describe('overlapping runs', () => describeOverlap(store));
    describe('ticks of a schedule', () => describeSchedules(store));
    describe('suspensions', () => describeSuspensions(store));
    describe('runs', () => describeRuns(store));
    describe('groups', () => describeGroups(store));
    describe('groups that a run comes back to', () => describeDeferred(store));
    describe('outcomes', () => describeOutcomes(store));
    describe('replicas', () => describeReplicas(store));
    describe('failed replicas', () => describeFailed(store));
    describe('the start gate', () => describeStarts(store));
    describe('what was written', () => describeWritten(store));
    describe('what groups lack', () => describeBehind(store));
    describe('standings', () => describeStandings(store));
  });
}
