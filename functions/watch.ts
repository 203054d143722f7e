import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import { loadStatus } from '../lib/sync/status/load-status.ts';

/** Looks, without a run, how a job stands. */
export const watchFunction = defineFunction<{ readonly job: unknown }>('watch', async ({ job }, { services, host }) => {
  const { store, leaseMs } = services;
  const { health } = await loadStatus(parseJob(job), { store, leaseMs, now: () => host.now() });
  host.measureHealth(health);
});

export const handler = onLambda(watchFunction);
