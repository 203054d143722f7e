import { Command, Option } from 'commander';
import type { CliContext, CommonOptions } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { LOG_FORMATS, type LogFormat } from './log-format.ts';
import { addOverrideFlags, overridesOf } from './override-flags.ts';
import type { RunOptions } from './run-command.ts';

const EXIT_HELP = `
Exit codes: 0 done, 1 done with errors or stopped, 2 bad configuration or usage, 3 skipped or busy.`;

/** The command line; `end` is told the exit code. A command loads what it needs when it is called: the embedded cloud takes a second. */
export function makeProgram(context: CliContext, end: (code: ExitCode) => void): Command {
  const program = new Command('flotilla')
    .description('Keeps an offsite copy of backup datastores that Proxmox Backup Server can attach and restore from.')
    .addHelpText('after', EXIT_HELP);

  logging(addOverrideFlags(common(program.command('run <job>'))))
    .description('run a job on this machine, to its end')
    .option('--json <file>', 'write the report there, for machines')
    .action(async (job: string, options: RunOptions, command: Command) => {
      const { runCommand } = await import('./run-command.ts');
      end(await runCommand(job, overridesOf(command), options, context));
    });

  logging(addOverrideFlags(common(program.command('plan <job>'))))
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

  logging(common(program.command('serve')))
    .description('run the jobs by their schedules and triggers on this machine, until it is stopped')
    .action(async (options: CommonOptions) => {
      const { serveCommand } = await import('./serve-command.ts');
      end(await serveCommand(options, context));
    });
  program.hook('preAction', (_, command) => {
    const { logFormat } = command.opts<{ logFormat?: LogFormat }>();
    if (logFormat !== undefined) context.terminal.setLogFormat(logFormat);
  });
  return program;
}

/** The form is known before the command begins, so that all it says has it. */
function logging(command: Command): Command {
  return command.addOption(
    new Option('--log-format <format>', 'log lines for people, or one JSON object a line').choices(LOG_FORMATS).default('text'),
  );
}

function common(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file', 'flotilla.yaml')
    .option('--state <folder>', 'state folder: locks, history, reports (default: .flotilla beside the configuration)');
}
