import type { Worker } from './worker.ts';

/** Somebody asked for it, or another worker of the run was refused what this one would be refused too. */
export async function hasToStop(worker: Pick<Worker, 'store' | 'run' | 'stopReason' | 'heedStop'>): Promise<boolean> {
  const { store, run, stopReason, heedStop } = worker;
  await heedStop();
  return stopReason() === 'asked' || (await store.loadRefusal(run)) !== undefined;
}
