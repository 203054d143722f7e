import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TransientError } from '../errors.ts';
import { EVENT_SOURCE, RUN_FINISHED } from './event-names.ts';
import type { Report } from '../sync/report/report.ts';

/** Entries of a list that an event names; the report in the control bucket has them all. */
const MAX_NAMED = 10;

/**
 * The event's detail: the report without its per-group details and with the first entries of its lists, counted by `failureCount`
 * and `removed.keptCount`, so that it stays far below the 1 MB of an entry (facts/aws.md 5.2).
 */
export function runFinishedDetail({ removed, ...report }: Report): object {
  return {
    ...report,
    details: undefined,
    failures: report.failures.slice(0, MAX_NAMED),
    ...(removed && { removed: { ...removed, kept: removed.kept.slice(0, MAX_NAMED), keptCount: removed.kept.length } }),
  };
}

/** Puts one event for a run that ended on the bus. Throws `TransientError` when the bus did not take it. */
export async function announceOnBus(
  report: Report,
  bus: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const endpoint = environment['AWS_ENDPOINT_URL_EVENTBRIDGE'];
  const client = new EventBridgeClient(endpoint === undefined ? {} : { endpoint });
  const entry = {
    EventBusName: bus,
    Source: EVENT_SOURCE,
    DetailType: RUN_FINISHED,
    Detail: JSON.stringify(runFinishedDetail(report)),
  };
  try {
    const answer = await client.send(new PutEventsCommand({ Entries: [entry] }));
    const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused !== undefined) throw new Error(`${refused.ErrorCode ?? ''}: ${refused.ErrorMessage ?? ''}`);
  } catch (cause) {
    throw new TransientError('EVENT_REFUSED', `event bus ${bus} did not take the event that run ${report.id} ended`, { cause });
  } finally {
    client.destroy();
  }
}
