import { hash } from 'node:crypto';
import { parseJob } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import { backupTrigger, followedJobs } from '../../config/trigger-options.ts';
import { lastTime, nextTime, tickInput, timesText, type Schedule } from '../../schedule/schedule.ts';
import type { ServedJob, ServedSchedule } from '../../serve/served-job.ts';

/** What starts each job of a configuration. */
export function servedJobs({ jobs }: Pick<Configuration, 'jobs'>): readonly ServedJob[] {
  return jobs.map((job) => {
    const onBackup = backupTrigger(job);
    return {
      id: job.id,
      schedules: parseJob(job).schedules.map((schedule) => servedSchedule(job.id, schedule)),
      after: followedJobs(job),
      ...(onBackup !== undefined && { onBackup }),
    };
  });
}

/** A schedule with jitter starts each of its runs later by the same part of it, which its name decides. */
function servedSchedule(job: string, schedule: Schedule): ServedSchedule {
  const later = Math.floor(fractionOf(`${job} ${schedule.name}`) * schedule.jitterMs);
  const next = (after: number): number | undefined => {
    const time = nextTime(schedule, after - later);
    return time === undefined ? undefined : time + later;
  };
  return {
    ...{ name: schedule.name, text: timesText(schedule) },
    lastTime: (notAfter) => lastTime(schedule, notAfter - later),
    nextTime: next,
    input: (time) => tickInput(schedule, time),
  };
}

/** 0 to just below 1, the same for the same text. */
function fractionOf(text: string): number {
  return parseInt(hash('sha256', text).slice(0, 8), 16) / 2 ** 32;
}
