import { mergeOverrides, parseJob, runTrigger } from '../../../lib/config/job-document.ts';
import { readRunInput } from '../../../lib/config/run-input.ts';
import type { MachineRun } from '../../../lib/local/state-machine/run-machine.ts';
import { finishRun, type FinishWorker } from '../../../lib/sync/finish-run.ts';
import { nextGroups } from '../../../lib/sync/next-groups.ts';
import type { FinishRunInput, NextGroupsInput, RunName, StartRunInput, SyncGroupInput } from '../../../lib/sync/payloads.ts';
import { startRun } from '../../../lib/sync/start-run.ts';
import { syncGroup } from '../../../lib/sync/sync-group.ts';
import { callWorker, type AnyWorker, type MemoryCloud } from '../../support/memory-run.ts';
import { callFunction, watchWrites, type Execution } from './execution.ts';

/** As the stack sets it (LOCK_LEASE_SECONDS). */
const LEASE_MS = 120_000;
/** A function stops at a safe point so long after its call began: Lambda ends it 90 seconds later. */
const DEADLINE_MS = 13.5 * 60_000;

/** The functions of the machine as `functions/` has them, each call in a process of its own, on what is in memory. */
export function weekFunctions(execution: Execution, cloud: MemoryCloud): MachineRun['handlers'] {
  const now = (): number => cloud.clock.now();
  const call = <T>(document: unknown, run: RunName, use: (worker: AnyWorker) => Promise<T>): Promise<T> => {
    const [job, begun] = [parseJob(document), now()];
    const stopReason = () => (now() - begun > DEADLINE_MS ? 'deadline' : undefined);
    const worker = callWorker(cloud, { job: job.id, ...run }, { job, stopReason });
    return callFunction(execution, { ...worker, leaseMs: LEASE_MS }, use);
  };
  const tell: FinishWorker['tell'] = async (event) => {
    if ('state' in event) execution.see({ what: 'announces', state: event.state });
  };
  return {
    'start-run': (payload) => {
      const input = payload as StartRunInput | NextGroupsInput;
      if ('after' in input) return call(input.job, input.run, (worker) => nextGroups(input.after, worker.control, worker));
      const job = mergeOverrides(input.job, readRunInput(input.overrides).overrides);
      return call(job, input.run, async (worker) => ({
        ...(await startRun(runTrigger(job), worker.control, worker)),
        job,
      }));
    },
    'sync-group': (payload) => {
      const { job, run, item, cursor, place } = payload as SyncGroupInput;
      const group = item.kind === 'group' ? item.name : '';
      return call(job, run, async (worker) => {
        const output = await syncGroup(item, cursor, watchWrites(worker, group, execution), place);
        return { ...output, place: output.place ?? null };
      });
    },
    'remove-vanished': () => Promise.reject(new Error('the jobs remove nothing')),
    'finish-run': (payload) => {
      const input = payload as FinishRunInput;
      return call(input.start?.job ?? input.job, input.run, (worker) => finishRun(input, { ...worker, tell }));
    },
  };
}
