import { readSchedules, type ScheduleFrame, type ScheduleValue } from '../../lib/schedule/read-schedules.ts';
import type { Schedule } from '../../lib/schedule/schedule.ts';

/** The first schedule of a job that says this. */
export function scheduleOf(value: ScheduleValue, frame: Partial<ScheduleFrame> = {}): Schedule {
  const [schedule] = readSchedules(value, { timezone: 'UTC', ...frame });
  if (schedule === undefined) throw new Error('no schedule');
  return schedule;
}
