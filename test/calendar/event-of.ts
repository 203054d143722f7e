import type { CalendarEvent } from '../../lib/calendar/calendar-event.ts';
import { parseEvent } from '../../lib/calendar/parse-event.ts';

/** An event that is well written. */
export function eventOf(text: string): CalendarEvent {
  const parsed = parseEvent(text);
  if ('problem' in parsed) throw new Error(`${text} ${parsed.problem}`);
  return parsed.event;
}
