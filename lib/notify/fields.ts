import type { FlotillaEvent } from '../sync/event/event.ts';
import { stateOf } from './state.ts';
import { isRunEnd } from './told.ts';

/** Values of a notification that matching and templates may want, as text; `type` and `job-id` are PBS's names. */
export const FIELD_NAMES = [
  'type',
  'job-id',
  'state',
  'event-id',
  'run',
  'recovered',
  'lag-state',
  'lag-seconds',
  'missing',
  'seconds',
  'bytes',
  'copied',
  'failed',
  'failure-kind',
  'failure-code',
  'failure',
  'link',
] as const;

type Fields = Readonly<Record<(typeof FIELD_NAMES)[number], string>>;

/** All of them: what an event does not have is empty, so that a template may name any. */
export function fieldsOf(event: FlotillaEvent, more: { readonly recovered: boolean; readonly link?: string }): Fields {
  const run = 'run' in event ? event.run.id : '';
  return {
    ...noFields(),
    ...{ type: event.type, 'job-id': event.job, state: stateOf(event), 'event-id': event.id, run },
    ...{ recovered: more.recovered ? 'true' : 'false', link: more.link ?? '' },
    ...('lag' in event ? lagFields(event.lag) : {}),
    ...(isRunEnd(event) ? endFields(event) : {}),
  };
}

/** Of what has none. */
export function noFields(): Fields {
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, ''])) as Fields;
}

function lagFields(lag: { readonly state: string; readonly seconds?: number; readonly missing: number }): Partial<Fields> {
  const { state, seconds, missing } = lag;
  return {
    'lag-state': state,
    'lag-seconds': seconds === undefined ? '' : String(Math.round(seconds)),
    missing: String(missing),
  };
}

function endFields(event: Extract<FlotillaEvent, { kind: 'finished' | 'skipped'; type: 'flotilla.run' }>): Partial<Fields> {
  const { seconds, bytes, snapshots, failure } = event;
  return {
    ...{ seconds: String(Math.round(seconds)), bytes: String(bytes) },
    ...{ copied: String(snapshots.copied), failed: String(snapshots.failed) },
    ...(failure !== undefined && { 'failure-kind': failure.kind, 'failure-code': failure.code, failure: failure.message }),
  };
}
