import type { Configuration } from '../../config/load-config.ts';
import { backupTrigger, followedJobs } from '../../config/trigger-options.ts';
import type { ServedJob } from '../../serve/served-job.ts';

/** What starts each job of a configuration. */
export function servedJobs({ jobs }: Configuration): readonly ServedJob[] {
  return jobs.map((job) => {
    const onBackup = backupTrigger(job);
    return { id: job.id, schedules: [], after: followedJobs(job), ...(onBackup !== undefined && { onBackup }) };
  });
}
