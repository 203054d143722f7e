import { parseJob } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import { FlotillaError, formatErrorChain } from '../../errors.ts';
import type { EmbeddedCloud } from '../../local/embedded-cloud.ts';
import { watchJob } from '../../sync/watch-job.ts';
import type { CliContext } from '../context.ts';

const INTERVAL_SECONDS = 60;

export interface HealthWatchWorld {
  readonly cloud: Pick<EmbeddedCloud, 'store'> & {
    readonly services: Pick<EmbeddedCloud['services'], 'leaseMs'>;
    readonly host: Pick<EmbeddedCloud['host'], 'tell' | 'measureHealth'>;
  };
  readonly configuration: () => Pick<Configuration, 'jobs'>;
  readonly context: Pick<CliContext, 'now'> & { readonly stop: Pick<CliContext['stop'], 'ask' | 'asked' | 'sleep'> };
  readonly log: { warn(message: string): void; error(message: string): void };
}

/** Ends the watch; resolves when no look is under way. Throws what the watch died of. */
export type EndWatch = () => Promise<void>;

/**
 * Watches each job once a minute, one after the other. The first look is a minute after the start, and after a machine has slept: what
 * went by meanwhile is made up for first, and nobody is told that it is overdue. A bug in it ends the service in order.
 */
export function watchHealth(world: HealthWatchWorld): EndWatch {
  const ended = new AbortController();
  const isOver = (): boolean => ended.signal.aborted || world.context.stop.asked();
  const loop = async (): Promise<void> => {
    for (;;) {
      const begun = world.context.now();
      await world.context.stop.sleep(INTERVAL_SECONDS, ended.signal);
      if (isOver()) return;
      const hasSlept = Math.abs(world.context.now() - begun) > 3 * INTERVAL_SECONDS * 1000;
      if (!hasSlept) await watchAll(world, isOver);
    }
  };
  const { stop } = world.context;
  let died: { readonly of: unknown } | undefined;
  const watching = loop().catch((error: unknown) => {
    died = { of: error };
    world.log.error(`the service ends, as soon as its runs have come to a safe point: ${formatErrorChain(error)}`);
    stop.ask();
  });
  return async () => {
    ended.abort();
    await watching;
    if (died !== undefined) throw died.of;
  };
}

/** A table that cannot be reached, or a receiver, is told, and asked again in a minute: copies go on. */
async function watchAll({ cloud, configuration, context, log }: HealthWatchWorld, isOver: () => boolean): Promise<void> {
  const { store, services, host } = cloud;
  const { tell, measureHealth } = host;
  for (const document of configuration().jobs) {
    if (isOver()) return;
    try {
      await watchJob(parseJob(document), { store, leaseMs: services.leaseMs, now: () => context.now(), tell, measureHealth });
    } catch (error) {
      if (!(error instanceof FlotillaError)) throw error;
      log.warn(`job ${document.id} could not be watched, and will be in a minute: ${error.code}: ${formatErrorChain(error)}`);
    }
  }
}
