import type { Worker } from './worker.ts';

/** Somebody asked for it, or another worker of the run was refused what this one would be refused too. */
export async function hasToStop({ store, run, stopReason }: Pick<Worker, 'store' | 'run' | 'stopReason'>): Promise<boolean> {
  return stopReason() === 'asked' || (await store.loadRefusal(run)) !== undefined;
}
