import { parseJob } from '../lib/config/job-document.ts';
import { defineFunction, onLambda } from '../lib/runtime/define-function.ts';
import { watchJob } from '../lib/sync/watch-job.ts';

/** Looks, without a run, how a job stands, and tells what follows from that. */
export const watchFunction = defineFunction<{ readonly job: unknown }>('watch', async ({ job }, { services, host }) => {
  const { store, leaseMs } = services;
  const { tell, measureHealth } = host;
  await watchJob(parseJob(job), { store, leaseMs, now: () => host.now(), tell, measureHealth });
});

export const handler = onLambda(watchFunction);
