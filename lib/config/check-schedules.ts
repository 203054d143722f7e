import { closedSchedules, entriesOf, nameOf, readSchedules } from '../schedule/read-schedules.ts';
import type { Schedule } from '../schedule/schedule.ts';
import type { Fault, Path } from './fault.ts';
import type { JobEntry } from './job-schema.ts';

type Timing = Partial<Pick<JobEntry, 'schedule' | 'timezone' | 'jitter' | 'not-before' | 'not-after'>>;

/** The schedules of a job whose options have no fault. */
export function schedulesOf(options: Timing): readonly Schedule[] {
  const { timezone = 'UTC', jitter, 'not-before': notBefore, 'not-after': notAfter } = options;
  return readSchedules(options.schedule, {
    timezone,
    ...(jitter !== undefined && { jitter }),
    ...(notBefore !== undefined && { notBefore }),
    ...(notAfter !== undefined && { notAfter }),
  });
}

/** What is wrong between the schedules of one job, each right by itself, and what the job says for all of them. */
export function checkSchedules(options: Timing, given: readonly string[]): readonly Fault[] {
  return [...checkLonely(given), ...checkNames(options), ...checkWindow(options)];
}

function checkLonely(given: readonly string[]): readonly Fault[] {
  if (given.includes('schedule')) return [];
  const lonely = ['jitter', 'not-before', 'not-after'].filter((key) => given.includes(key));
  return lonely.map((key) => ({ path: [key], atKey: true, problem: 'stands without schedule, which it belongs to; add that' }));
}

function checkNames({ schedule }: Timing): readonly Fault[] {
  const entries = entriesOf(schedule);
  const names = entries.map(nameOf);
  return names.flatMap((name, index) => {
    if (names.indexOf(name) === index) return [];
    const path: Path = ['schedule', index, ...(entries[index]?.name === undefined ? [] : ['name'])];
    return [{ path, problem: `is the second schedule named ${name}; give each another name` }];
  });
}

function checkWindow(options: Timing): readonly Fault[] {
  if (options['not-before'] === undefined && options['not-after'] === undefined) return [];
  const schedules = schedulesOf(options);
  return closedSchedules(schedules).map((schedule) => ({
    path: typeof options.schedule === 'string' ? ['schedule'] : ['schedule', schedules.indexOf(schedule)],
    problem: `${JSON.stringify(schedule.text)} has no time between not-before and not-after; widen them, or move it`,
  }));
}
