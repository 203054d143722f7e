import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { TransientError } from '../errors.ts';
import type { FlotillaEvent } from '../sync/event/event.ts';
import { EVENT_SOURCE } from './event-names.ts';

/** A bus that hangs must not use up the time of the call that has something to tell. */
const LIMITS = { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true };

/** Puts an event on the bus: its type is the detail type. Throws `TransientError` when the bus did not take it. */
export async function tellBus(
  event: FlotillaEvent,
  bus: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const endpoint = environment['AWS_ENDPOINT_URL_EVENTBRIDGE'];
  const requestHandler = new NodeHttpHandler(LIMITS);
  const client = new EventBridgeClient({ requestHandler, ...(endpoint !== undefined && { endpoint }) });
  const entry = { EventBusName: bus, Source: EVENT_SOURCE, DetailType: event.type, Detail: JSON.stringify(event) };
  try {
    const answer = await client.send(new PutEventsCommand({ Entries: [entry] }));
    const refused = answer.Entries?.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused !== undefined) throw new Error(`${refused.ErrorCode ?? ''}: ${refused.ErrorMessage ?? ''}`);
  } catch (cause) {
    throw new TransientError('EVENT_REFUSED', `event bus ${bus} did not take event ${event.id}`, { cause });
  } finally {
    client.destroy();
  }
}
