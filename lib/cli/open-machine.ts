import { openEmbeddedMachine, type EmbeddedMachine } from '../local/embedded-machine.ts';
import type { CliContext, CommonOptions } from './context.ts';
import type { Notifications } from './notifications.ts';
import { cloudOptions } from './open-cloud.ts';
import type { RunLogs } from './run-log.ts';

/** Opens the embedded cloud on the state folder with the machine that runs jobs, which tells by `notifications` what happens. */
export async function openMachine(
  options: CommonOptions,
  context: CliContext,
  logs: RunLogs,
  notifications: Notifications,
): Promise<EmbeddedMachine> {
  const { host, ...cloud } = await cloudOptions(options, context, logs);
  const machine = await openEmbeddedMachine({
    ...cloud,
    host: { ...host, tell: notifications.tell },
    sleep: (seconds) => context.stop.sleep(seconds),
  });
  notifications.open(machine);
  return { ...machine, run: (request) => machine.run(request).finally(() => logs.close()) };
}
