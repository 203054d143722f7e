import { describeEvent } from '../calendar/describe-event.ts';
import { formatDuration } from './duration.ts';
import { formatClock, type Schedule } from './schedule.ts';

/** A schedule in words: `at 22:30 on Monday to Friday, Europe/Berlin, up to 10m later`. */
export function describeSchedule({ times, timezone, window, jitterMs }: Schedule): string {
  const isUtc = times.kind === 'interval' ? window === undefined : times.event.utc;
  return [
    times.kind === 'interval' ? `every ${formatDuration(times.everyMs)}, counted from 1970 in UTC` : describeEvent(times.event),
    ...(isUtc ? [] : [timezone]),
    ...(window === undefined ? [] : [`between ${formatClock(window.from)} and ${formatClock(window.to)}`]),
    ...(jitterMs === 0 ? [] : [`up to ${formatDuration(jitterMs)} later`]),
  ].join(', ');
}
