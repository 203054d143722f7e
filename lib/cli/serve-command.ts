import { join } from 'node:path';
import { ConfigError, formatErrorChain } from '../errors.ts';
import { openServeFolder } from '../local/serve-folder.ts';
import { openService } from '../serve/serve.ts';
import type { ServedJob } from '../serve/served-job.ts';
import { plural } from '../sync/report/words.ts';
import type { Configuration } from '../config/load-config.ts';
import { readConfig, type CliContext, type CommonOptions } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { nameRun } from './name-run.ts';
import { openCloud, openLogs, stateFolder } from './open-cloud.ts';
import { executeIntent } from './serve/execute-intent.ts';
import { wakefulSleep } from './serve/wakeful-sleep.ts';
import { watchFacts } from './serve/watch-facts.ts';
import { servedJobs } from './serve/served-jobs.ts';

/** The configuration as it was last read without fault. */
interface Current {
  configuration: Configuration;
  jobs: readonly ServedJob[];
}

/** Runs the jobs by their schedules and triggers until the process is asked to stop. */
export async function serveCommand(options: CommonOptions, context: CliContext): Promise<ExitCode> {
  const current = readCurrent(options, context);
  const folder = await openServeFolder(join(stateFolder(options), 'serve'));
  try {
    const logs = openLogs(context, { workerThreads: 1, jobs: true });
    const cloud = await openCloud(options, context, logs);
    const log = logs.open({});
    const sleep = wakefulSleep(context.stop);
    context.onHangup?.(() => {
      reread(current, options, context);
      sleep.wake();
    });
    tellJobs(current, context);
    const configuration = () => current.configuration;
    const facts = watchFacts({ cloud, configuration, jobs: () => current.jobs, context, log, wake: sleep.wake });
    try {
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
      await service.run();
    } finally {
      await facts.rest();
      await cloud.close();
    }
    return EXIT.done;
  } finally {
    await folder.close();
  }
}

function readCurrent(options: CommonOptions, context: CliContext): Current {
  const configuration = readConfig(options, context);
  const jobs = servedJobs(configuration);
  if (jobs.some(startsByItself)) return { configuration, jobs };
  const advice = 'give one of its jobs a schedule, trigger: on-backup, or after: <job>';
  throw new ConfigError('NOTHING_TO_SERVE', `no job of ${options.config} starts by itself: ${advice}`);
}

function startsByItself({ schedules, after, onBackup }: ServedJob): boolean {
  return schedules.length > 0 || after.length > 0 || onBackup !== undefined;
}

/** A file that is broken for the moment does not end a service. */
function reread(current: Current, options: CommonOptions, context: CliContext): void {
  try {
    Object.assign(current, readCurrent(options, context));
    tellJobs(current, context);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    context.terminal.note(`goes on with the configuration as it was: ${formatErrorChain(error)}`, 'error');
  }
}

function tellJobs({ jobs }: Current, { terminal }: CliContext): void {
  terminal.note(
    `serving ${plural(jobs.filter(startsByItself).length, 'job')}: ${jobs
      .filter(startsByItself)
      .map(({ id }) => id)
      .join(', ')}`,
  );
}
