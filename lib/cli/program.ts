import { Command } from 'commander';
import { checkCommand } from './check-command.ts';
import type { CliContext, CommonOptions } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import { listCommand } from './list-command.ts';
import { addOverrideFlags, overridesOf } from './override-flags.ts';
import { planCommand } from './plan-command.ts';
import { runCommand, type RunOptions } from './run-command.ts';

const EXIT_HELP = `
Exit codes: 0 done, 1 done with errors or stopped, 2 bad configuration or usage, 3 skipped or busy.`;

/** The command line; `end` is told the exit code. */
export function makeProgram(context: CliContext, end: (code: ExitCode) => void): Command {
  const program = new Command('flotilla')
    .description('Keeps an offsite copy of backup datastores that Proxmox Backup Server can attach and restore from.')
    .addHelpText('after', EXIT_HELP);

  addOverrideFlags(common(program.command('run <job>')))
    .description('run a job on this machine, to its end')
    .option('--json <file>', 'write the report there, for machines')
    .action(async (job: string, options: RunOptions, command: Command) =>
      end(await runCommand(job, overridesOf(command), options, context)),
    );

  addOverrideFlags(common(program.command('plan <job>')))
    .description('print what a run would do, and change nothing')
    .action(async (job: string, options: CommonOptions, command: Command) =>
      end(await planCommand(job, overridesOf(command), options, context)),
    );

  common(program.command('list <datastore>'))
    .description('show namespaces, groups and snapshots with sizes, owners and verify states')
    .action(async (datastore: string, options: CommonOptions) => end(await listCommand(datastore, options, context)));

  common(program.command('check'))
    .description('validate the configuration, and probe that its datastores can be reached with what they need')
    .action(async (options: CommonOptions) => end(await checkCommand(options, context)));
  return program;
}

function common(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file', 'flotilla.yaml')
    .option('--state <folder>', 'state folder: locks, history, reports (default: .flotilla beside the configuration)');
}
