import type { FlotillaEvent, RunEvent } from '../sync/event/event.ts';

/** What `match-state` may list: the states of a run, and what else happens to a job. */
export const NOTICE_STATES = [
  'running',
  'waiting',
  'ok',
  'warnings',
  'errors',
  'failed',
  'stopped',
  'skipped',
  'lag-raised',
  'lag-cleared',
  'delete-refused',
  'tick-skipped',
  'overdue',
] as const;
export type NoticeState = (typeof NOTICE_STATES)[number];

/** The word by which matchers know an event. */
export function stateOf(event: FlotillaEvent): NoticeState {
  switch (event.type) {
    case 'flotilla.run':
      return stateOfRun(event);
    case 'flotilla.lag':
      return event.kind === 'raised' ? 'lag-raised' : 'lag-cleared';
    case 'flotilla.delete-guard':
      return 'delete-refused';
    case 'flotilla.tick':
      return event.kind === 'skipped' ? 'tick-skipped' : 'overdue';
  }
}

function stateOfRun(event: RunEvent): NoticeState {
  if (event.kind === 'started') return 'running';
  return event.kind === 'queued' ? 'waiting' : event.state;
}
