import { join } from 'node:path';
import { ConfigError, formatErrorChain } from '../errors.ts';
import { openServeFolder, type ServeFolder } from '../local/serve-folder.ts';
import { openService } from '../serve/serve.ts';
import type { ServedJob } from '../serve/served-job.ts';
import { plural } from '../sync/report/words.ts';
import type { Configuration } from '../config/load-config.ts';
import type { EmbeddedMachine } from '../local/embedded-machine.ts';
import { readConfig, type CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { nameRun } from './name-run.ts';
import { openNotifications } from './notifications.ts';
import { openLogs, stateFolder } from './open-cloud.ts';
import { openMachine } from './open-machine.ts';
import type { RunLogs } from './run-log.ts';
import { executeIntent } from './serve/execute-intent.ts';
import { keptLogs, type KeptLogs } from './serve/kept-logs.ts';
import { openPage, type ServeOptions } from './serve/open-page.ts';
import { wakefulSleep } from './serve/wakeful-sleep.ts';
import { watchFacts } from './serve/watch-facts.ts';
import { watchHealth } from './serve/watch-health.ts';
import { servedJobs } from './serve/served-jobs.ts';

/** The configuration as it was last read without fault. */
interface Current {
  configuration: Configuration;
  jobs: readonly ServedJob[];
}

/** Runs the jobs by their schedules and triggers, and those that a person starts at its page, until the process is asked to stop. */
export async function serveCommand(options: ServeOptions, context: CliContext): Promise<ExitCode> {
  const current = readCurrent(options, context);
  const folder = await openServeFolder(join(stateFolder(options), 'serve'));
  try {
    const kept = keptLogs();
    const logs = openLogs(context, { workerThreads: 1, jobs: true, keep: (entry) => kept.keep(entry) });
    const notifications = openNotifications({ configuration: () => current.configuration, context, log: logs.open({}) });
    const cloud = await openMachine(options, context, logs, notifications);
    const sweeping = setInterval(() => void notifications.sweep(), SWEEP_MS);
    try {
      await serveWith({ cloud, logs, kept, folder, current }, options, context);
    } finally {
      clearInterval(sweeping);
      await notifications.settle();
      await cloud.close();
    }
    return EXIT.done;
  } finally {
    await folder.close();
  }
}

/** How often notifications that could not be sent are looked at. */
const SWEEP_MS = 60_000;

interface ServeParts {
  readonly cloud: EmbeddedMachine;
  readonly logs: RunLogs;
  readonly kept: KeptLogs;
  readonly folder: ServeFolder;
  readonly current: Current;
}

async function serveWith(
  { cloud, logs, kept, folder, current }: ServeParts,
  options: ServeOptions,
  context: CliContext,
): Promise<void> {
  const log = logs.open({});
  const sleep = wakefulSleep(context.stop);
  context.onHangup?.(() => {
    reread(current, options, context);
    sleep.wake();
  });
  const configuration = () => current.configuration;
  const facts = watchFacts({ cloud, configuration, jobs: () => current.jobs, context, log, wake: sleep.wake });
  const service = openService({
    ...{ loaded: folder.loaded, save: (state) => folder.save(state), jobs: () => current.jobs, log },
    look: facts.look,
    execute: executeIntent({ cloud, configuration, stopAsked: () => context.stop.asked(), openLog: logs.open }),
    name: (job) => nameRun(job, context),
    now: () => context.now(),
    ...{ wait: sleep.wait, wake: sleep.wake, stopAsked: () => context.stop.asked() },
    stop: () => context.stop.ask(),
    sleep: (milliseconds) => context.stop.sleep(milliseconds / 1000),
  });
  // What the page is refused for ends the command: before anything goes on by itself.
  const page = await openPage(options, { cloud, configuration, service, logs: kept, context, log });
  const endWatch = watchHealth({ cloud, configuration, context, log });
  tellJobs(current, context);
  try {
    await service.run();
  } finally {
    await page?.close();
    await Promise.all([facts.rest(), endWatch()]);
  }
}

/** Without its page a service that starts nothing is of no use to anybody. */
function readCurrent(options: ServeOptions, context: CliContext): Current {
  const configuration = readConfig(options, context);
  const jobs = servedJobs(configuration);
  if (options.page || jobs.some(startsByItself)) return { configuration, jobs };
  const advice = 'give one of its jobs a schedule, trigger: on-backup, or after: <job>, or leave out --no-page';
  throw new ConfigError('NOTHING_TO_SERVE', `no job of ${options.config} starts by itself: ${advice}`);
}

function startsByItself({ schedules, after, onBackup }: ServedJob): boolean {
  return schedules.length > 0 || after.length > 0 || onBackup !== undefined;
}

/** A file that is broken for the moment does not end a service. */
function reread(current: Current, options: ServeOptions, context: CliContext): void {
  try {
    Object.assign(current, readCurrent(options, context));
    tellJobs(current, context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    context.terminal.note(`goes on with the configuration as it was: ${formatErrorChain(error)}`, 'error');
  }
}

function tellJobs({ jobs }: Current, { terminal }: CliContext): void {
  const served = jobs.filter(startsByItself).map(({ id }) => id);
  const others = jobs.length - served.length;
  terminal.note(
    served.length === 0
      ? `serving ${plural(others, 'job')} that ${others === 1 ? 'starts' : 'start'} by hand`
      : `serving ${plural(served.length, 'job')}: ${served.join(', ')}`,
  );
}
