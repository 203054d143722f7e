import { renderFamily, type Family, type Sample } from './exposition.ts';
import { GROUP_LAG, GROUP_MISSING, groupSamples, GROUPS_LEFT_OUT, MAX_GROUP_SERIES, pickGroups } from './group-metrics.ts';
import { JOB_METRICS } from './job-metrics.ts';
import type { JobNumbers } from './job-numbers.ts';
import type { UnreadableJob } from '../sync/status/job-status.ts';

const BUILD_INFO: Family = { name: 'flotilla_build_info', type: 'gauge', help: 'Always 1; which version this is.' };

const JOB_READABLE: Family = {
  name: 'flotilla_job_readable',
  type: 'gauge',
  help: '0 when what the table has of the job does not read: no other metric of it is here.',
};

/** Every metric that the text may have. */
export const METRICS: readonly Family[] = [BUILD_INFO, JOB_READABLE, ...JOB_METRICS, GROUP_LAG, GROUP_MISSING, GROUPS_LEFT_OUT];

export interface TextOptions {
  /** Left out of a textfile: several of them side by side would say it twice. */
  readonly version?: string;
  readonly maxGroups?: number;
}

/** The metrics of some jobs as Prometheus reads them: exposition format 0.0.4. Each job is to be there once. */
export function prometheusText(
  looks: readonly (JobNumbers | Pick<UnreadableJob, 'id' | 'unreadable'>)[],
  { version, maxGroups = MAX_GROUP_SERIES }: TextOptions = {},
): string {
  const jobs = looks.filter((look) => look.unreadable === undefined);
  const readable = looks.map((look): Sample => {
    return look.unreadable === undefined
      ? { labels: { job: look.health.job }, value: 1 }
      : { labels: { job: look.id }, value: 0 };
  });
  const { picked, leftOut } = pickGroups(jobs, maxGroups);
  const left = [...leftOut].map(([job, value]) => ({ labels: { job }, value }));
  return [
    renderFamily(BUILD_INFO, version === undefined ? [] : [{ labels: { version }, value: 1 }]),
    renderFamily(JOB_READABLE, readable),
    ...JOB_METRICS.map((metric) => renderFamily(metric, jobs.flatMap(metric.samples))),
    renderFamily(
      GROUP_LAG,
      groupSamples(picked, ({ lagSeconds }) => lagSeconds),
    ),
    renderFamily(
      GROUP_MISSING,
      groupSamples(picked, ({ group }) => group.missing),
    ),
    renderFamily(GROUPS_LEFT_OUT, left),
  ].join('');
}
