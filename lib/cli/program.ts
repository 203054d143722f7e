import { Command, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import type { CliContext, CommonOptions } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { LOG_FORMATS, type LogFormat } from './log-format.ts';
import { addOverrideFlags, overridesOf } from './override-flags.ts';
import type { HistoryOptions } from './history-command.ts';
import type { NotifyOptions } from './notify-command.ts';
import type { RunOptions } from './run-command.ts';
import type { ScheduleOptions } from './schedule-command.ts';
import type { ServeOptions } from './serve/open-page.ts';
import type { ShowOptions } from './show-command.ts';
import type { StatusOptions } from './status-command.ts';
import type { StopOptions } from './stop-command.ts';
import type { SuspendOptions } from './suspend-command.ts';

const EXIT_HELP = `
Exit codes: 0 done, 1 done with errors or stopped, 2 bad configuration or usage, 3 skipped or busy, 130 ended by a second Ctrl-C.`;

/** The command line; `end` is told the exit code. A command loads what it needs when it is called: the embedded cloud takes a second. */
export function makeProgram(context: CliContext, end: (code: ExitCode) => void): Command {
  const program = new Command('flotilla')
    .description('Keeps an offsite copy of backup datastores that Proxmox Backup Server can attach and restore from.')
    .version(manifest.version, '--version')
    .addHelpText('after', EXIT_HELP);

  logging(addOverrideFlags(stateful(program.command('run <job>'))))
    .description('run a job on this machine, to its end')
    .option('--json <file>', 'write the report there, for machines')
    .option('--metrics <file>', "write the job's metrics there at the end, for node_exporter's textfile collector")
    .action(async (job: string, options: RunOptions, command: Command) => {
      const { runCommand } = await import('./run-command.ts');
      end(await runCommand(job, overridesOf(command), options, context));
    });

  logging(addOverrideFlags(stateful(program.command('plan <job>'))))
    .description('print what a run would do, and change nothing')
    .action(async (job: string, options: CommonOptions, command: Command) => {
      const { planCommand } = await import('./plan-command.ts');
      end(await planCommand(job, overridesOf(command), options, context));
    });

  common(program.command('list <datastore>'))
    .description('show namespaces, groups and snapshots with sizes, owners and verify states')
    .action(async (datastore: string, options: CommonOptions) => {
      const { listCommand } = await import('./list-command.ts');
      end(await listCommand(datastore, options, context));
    });

  common(program.command('check'))
    .description('validate the configuration, and probe that its datastores can be reached with what they need')
    .action(async (options: CommonOptions) => {
      const { checkCommand } = await import('./check-command.ts');
      end(await checkCommand(options, context));
    });

  for (const add of [addServing, addLooking, addNotifying, addScheduling]) add(program, context, end);
  program.hook('preAction', (_, command) => {
    const { logFormat } = command.opts<{ logFormat?: LogFormat }>();
    if (logFormat !== undefined) context.terminal.setLogFormat(logFormat);
  });
  return program;
}

/** What runs jobs by itself. */
function addServing(program: Command, context: CliContext, end: (code: ExitCode) => void): void {
  logging(stateful(program.command('serve')))
    .description('run the jobs by their schedules and triggers on this machine, until it is stopped, with a page to look at')
    .option('--listen <host:port>', 'where the page is (default: 127.0.0.1:8980); others reach it with a password alone')
    .option('--no-page', 'without the page')
    .action(async (options: ServeOptions) => {
      const { serveCommand } = await import('./serve-command.ts');
      end(await serveCommand(options, context));
    });
}

/** What is and was going on, and that it ends. */
function addLooking(program: Command, context: CliContext, end: (code: ExitCode) => void): void {
  onSystem(program.command('status [job]'))
    .description('show how each job stands: last run, how far the copy is behind, next run, what goes on now')
    .option('--watch [seconds]', 'look again every so many seconds (default: 2) until Ctrl-C')
    .option(
      '--check',
      'end with 1 when a job is in trouble: its last run failed, no run came, or it is behind by more than max-lag',
    )
    .option('--json', 'print it for machines')
    .option('--html <file>', 'write it there as a page that opens from disk')
    .action(async (job: string | undefined, options: StatusOptions) => {
      const { statusCommand } = await import('./status-command.ts');
      end(await statusCommand(job, options, context));
    });
  onSystem(program.command('history <job>'))
    .description('list the runs of a job, the newest first')
    .option('--limit <runs>', 'so many at most', '20')
    .option('--json', 'print it for machines')
    .action(async (job: string, options: HistoryOptions) => {
      const { historyCommand } = await import('./history-command.ts');
      end(await historyCommand(job, options, context));
    });
  onSystem(program.command('show <run>'))
    .description('show the report of a run, or how far it is: by its id, the beginning of it, latest, or <job>/latest')
    .option('--job <job>', 'only runs of this job')
    .option('--json', 'print the report for machines')
    .action(async (run: string, options: ShowOptions) => {
      const { showCommand } = await import('./show-command.ts');
      end(await showCommand(run, options, context));
    });
  onSystem(program.command('stop <run-or-job>'))
    .description('end a run, or all runs of a job that wait or are at work, at a safe point, wherever they are at work')
    .option('--job <job>', 'only runs of this job')
    .option('--no-wait', 'do not wait until they have ended')
    .action(async (run: string, options: StopOptions) => {
      const { stopCommand } = await import('./stop-command.ts');
      end(await stopCommand(run, options, context));
    });
}

/** Who hears of what happens. */
function addNotifying(program: Command, context: CliContext, end: (code: ExitCode) => void): void {
  common(program.command('notify'))
    .description('try the targets of notify')
    .requiredOption('--test [target]', 'send a test message to one target, or to all')
    .action(async (options: NotifyOptions) => {
      const { notifyCommand } = await import('./notify-command.ts');
      end(await notifyCommand(options, context));
    });
}

/** When jobs start by themselves, and that they do not. */
function addScheduling(program: Command, context: CliContext, end: (code: ExitCode) => void): void {
  common(program.command('schedule [job]'))
    .description('show when jobs start by themselves: in words, the next ten times, and what starts them in AWS')
    .option('--json', 'print it for machines')
    .action(async (job: string | undefined, options: ScheduleOptions) => {
      const { scheduleCommand } = await import('./schedule-command.ts');
      end(scheduleCommand(job, options, context));
    });
  onSystem(program.command('suspend [job]'))
    .description('keep a job, or all jobs, from starting by themselves until they are resumed')
    .option('--all', 'all jobs, those that are added later too')
    .option('--until <time>', 'resume by itself then: 2026-11-22T06:00:00Z, or 8h from now')
    .option('--reason <text>', 'is told where a run is skipped for it')
    .action(async (job: string | undefined, options: SuspendOptions) => {
      const { suspendCommand } = await import('./suspend-command.ts');
      end(await suspendCommand(job, options, context));
    });
  onSystem(program.command('resume [job]'))
    .description('let a suspended job, or all jobs, start by themselves again; what was missed is caught up once')
    .option('--all', 'what suspend --all has suspended; a job that was suspended by its name stays so')
    .action(async (job: string | undefined, options: SuspendOptions) => {
      const { resumeCommand } = await import('./suspend-command.ts');
      end(await resumeCommand(job, options, context));
    });
}

/** What is kept of runs is kept in the state folder, or in the table and the control bucket of an account. */
function onSystem(command: Command): Command {
  return stateful(command).option(
    '--deployed [stack]',
    'the system that is deployed in an account, by the name of its stack (default: Flotilla); put it last',
  );
}

/** The form is known before the command begins, so that all it says has it. */
function logging(command: Command): Command {
  return command.addOption(
    new Option('--log-format <format>', 'log lines for people, or one JSON object a line').choices(LOG_FORMATS).default('text'),
  );
}

/** A flag that a command makes no use of is refused, not taken in silence. */
function stateful(command: Command): Command {
  return common(command).option(
    '--state <folder>',
    'state folder: locks, history, reports (default: .flotilla beside the configuration)',
  );
}

function common(command: Command): Command {
  return command.option('-c, --config <file>', 'configuration file', 'flotilla.yaml');
}
