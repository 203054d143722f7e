import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { functionEnvironments, parseEnvironment } from '../config/environment.ts';
import { parseNotify } from '../config/notify-values.ts';
import { deliverTo } from '../deliver/deliver.ts';
import { notifier, type Notifier } from '../notify/notifier.ts';
import { EventSchema } from '../sync/event/event.ts';
import type { Host } from './host.ts';
import type { Services } from './open-worker.ts';

/** What calls the function: an event of the bus, or a schedule that has it look after what could not be sent. */
export type NotifyInput =
  { readonly sweep: true } | { readonly account: string; readonly region: string; readonly detail: unknown };

/** Tells the event that the bus brought, or sweeps. */
export async function notifyOf(
  input: NotifyInput,
  { services, host }: { readonly services: Services; readonly host: Host },
): Promise<void> {
  if ('sweep' in input) return openNotifier(services, host).sweep();
  const { account, region, detail } = input;
  await openNotifier(services, host, { account, region }).tell(EventSchema.parse(detail));
}

/** The notifier of a deployed system; its configuration lies in a file beside it. */
function openNotifier(services: Services, host: Host, where?: { readonly account: string; readonly region: string }): Notifier {
  const { NOTIFY_FILE, NOTIFY_TOPICS } = parseEnvironment(functionEnvironments.notify, host.environment);
  const notify = parseNotify(JSON.parse(readFileSync(NOTIFY_FILE, 'utf8')));
  const { environment, now } = host;
  return notifier({
    ...{ notify: () => notify, store: services.notices, now, uniqueId: () => randomUUID(), log: host.openLog({}) },
    send: deliverTo({ environment, now, topics: NOTIFY_TOPICS }),
    ...(where !== undefined && { place: { kind: 'console', ...where } }),
  });
}
