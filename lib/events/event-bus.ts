import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { TransientError } from '../errors.ts';
import type { FlotillaEvent } from '../sync/event/event.ts';
import { EVENT_SOURCE } from './event-names.ts';

/** Puts an event on the bus: its type is the detail type. Throws `TransientError` when the bus did not take it. */
export async function tellBus(
  event: FlotillaEvent,
  bus: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const endpoint = environment['AWS_ENDPOINT_URL_EVENTBRIDGE'];
  const client = new EventBridgeClient(endpoint === undefined ? {} : { endpoint });
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
