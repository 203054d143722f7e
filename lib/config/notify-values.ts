import { z } from 'zod';
import { parseTimeFrame } from '../calendar/time-frame.ts';
import { parseJobPattern } from '../notify/job-pattern.ts';
import { NOTIFY_MODES, type Matcher, type Notify, type Target } from '../notify/target.ts';
import { read } from './datastore-values.ts';
import { faultError, formatFault } from './fault.ts';
import { notifySchema, type MatcherEntry } from './notify-schema.ts';
import { schemaFaults } from './schema-faults.ts';
import { camelKeys, omitKeys } from './spelling.ts';

/** All that a notifier needs of the configuration, as it travels into a function. */
export const notifyDocumentSchema = notifySchema.extend({
  modes: z.record(z.string(), z.enum(NOTIFY_MODES)).meta({ description: '`notify-mode` by job.' }),
});
export type NotifyDocument = z.output<typeof notifyDocumentSchema>;

/** Reads the document. Throws a `ConfigError` NOTIFY_INVALID that lists every fault. */
export function parseNotify(document: unknown): Notify {
  const result = notifyDocumentSchema.safeParse(document);
  if (!result.success) {
    const faults = schemaFaults(notifyDocumentSchema, document);
    throw faultError('NOTIFY_INVALID', 'the document of notifications cannot be used', faults.map(formatFault));
  }
  const { targets, matchers, link, modes } = result.data;
  return {
    targets: targets.map((target) => camelKeys(target) as Target),
    matchers: matchers.map(parseMatcher),
    ...(link !== undefined && { link: `${link.replace(/\/+$/, '')}/` }),
    modes,
  };
}

function parseMatcher(entry: MatcherEntry): Matcher {
  const { 'match-job': jobs, 'match-calendar': frames } = entry;
  return {
    ...camelKeys(omitKeys(entry, ['match-job', 'match-calendar'])),
    ...(jobs !== undefined && { matchJob: jobs.map((pattern) => read(parseJobPattern(pattern))) }),
    ...(frames !== undefined && { matchCalendar: frames.map((frame) => read(parseTimeFrame(frame))) }),
  };
}
