import { jobDocument } from '../config/job-document.ts';
import { schedulesOf } from '../config/check-schedules.ts';
import { ConfigError } from '../errors.ts';
import { parseDuration } from '../schedule/duration.ts';
import { formatTime, tickInput, type Schedule } from '../schedule/schedule.ts';
import { tickDue } from '../sync/decide-tick.ts';
import { mapAhead, READS_AT_ONCE } from '../sync/map-ahead.ts';
import type { RunStore } from '../sync/run-store.ts';
import { plural } from '../sync/report/words.ts';
import { activeSuspension, isActive } from '../sync/suspension.ts';
import { readConfig, type CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { withSystem, type SystemOptions } from './open-system.ts';

export interface SuspendOptions extends SystemOptions {
  readonly all?: boolean;
  /** A time, ISO 8601, or a time span from now on. */
  readonly until?: string;
  readonly reason?: string;
}

/** Keeps a job, or all jobs, from starting by themselves until they are resumed. */
export async function suspendCommand(job: string | undefined, options: SuspendOptions, context: CliContext): Promise<ExitCode> {
  const scope = scopeOf(job, options, context);
  const until = options.until === undefined ? undefined : readUntil(options.until, context.now());
  const by = context.environment['USER'];
  await withSystem(options, context, async ({ store }) => {
    const since = new Date(context.now()).toISOString();
    const { reason } = options;
    await store.saveSuspension(scope, {
      since,
      ...(until !== undefined && { until }),
      ...(by !== undefined && by !== '' && { by }),
      ...(reason !== undefined && { reason }),
    });
    const end = until === undefined ? `until flotilla resume ${job ?? '--all'}` : `until ${until}`;
    context.terminal.print(`${nameOf(scope)} suspended ${end}: nothing starts by itself; flotilla run goes all the same`);
  });
  return EXIT.done;
}

/** Ends a suspension, and says which missed ticks are served now. */
export async function resumeCommand(job: string | undefined, options: SuspendOptions, context: CliContext): Promise<ExitCode> {
  const scope = scopeOf(job, options, context);
  const { print } = context.terminal;
  await withSystem(options, context, async ({ store }) => {
    const before = await store.loadSuspension(scope);
    await store.removeSuspension(scope);
    print(before === undefined ? `${nameOf(scope)} not suspended` : `${nameOf(scope)} resumed, suspended since ${before.since}`);
    await tellOthers(scope, store, { options, context });
    await tellMissed(scope, store, { options, context });
  });
  return EXIT.done;
}

interface Resuming {
  readonly options: SuspendOptions;
  readonly context: CliContext;
}

/** The jobs themselves and all jobs are suspended apart from each other: who resumes one of the two may take both to be. */
async function tellOthers(scope: string | undefined, store: RunStore, { options, context }: Resuming): Promise<void> {
  const others = scope === undefined ? readConfig(options, context).jobs.map(({ id }) => id) : [undefined];
  const looks = mapAhead(others, READS_AT_ONCE, async (other) => ({ other, found: await store.loadSuspension(other) }));
  for await (const { other, found } of looks) {
    if (found === undefined || !isActive(found, context.now())) continue;
    context.terminal.print(`${nameOf(other)} still suspended since ${found.since}: flotilla resume ${other ?? '--all'}`);
  }
}

async function tellMissed(scope: string | undefined, store: RunStore, { options, context }: Resuming): Promise<void> {
  for (const job of readConfig(options, context).jobs.filter(({ id }) => scope === undefined || id === scope)) {
    if ((await activeSuspension(store, job.id, context.now())) !== undefined) continue;
    for (const schedule of schedulesOf(job)) {
      const due = tickDue(schedule, await store.loadTick(job.id, schedule.name), context.now());
      if (due === undefined) continue;
      const how = options.deployed === undefined ? 'flotilla serve serves it' : whatToStart(job.id, schedule, due);
      context.terminal.print(`${job.id}, ${schedule.name}: the tick of ${formatTime(due)} was missed: ${how}`);
    }
    if (job.trigger !== undefined) await tellWritten(job.id, store, { options, context });
  }
}

/** What was written while runs were skipped, and what one is at work on. */
async function tellWritten(job: string, store: RunStore, { options, context }: Resuming): Promise<void> {
  let count = 0;
  for await (const { state } of store.listWritten(job)) if (state !== 'settled') count += 1;
  if (count === 0) return;
  const look = `a run for them starts within the hour, or start Flotilla-${job} now with {"pending-only":true}`;
  const how = options.deployed === undefined ? 'flotilla serve starts a run for them' : look;
  context.terminal.print(`${job}: ${plural(count, 'group')} with backups that are not copied yet: ${how}`);
}

/** The next tick makes up for it too. */
function whatToStart(job: string, schedule: Schedule, due: number): string {
  return `its next one serves both, or start Flotilla-${job} now with ${JSON.stringify(tickInput(schedule, due))}`;
}

function scopeOf(job: string | undefined, options: SuspendOptions, context: CliContext): string | undefined {
  if ((job === undefined) !== (options.all === true)) {
    throw new ConfigError('SCOPE_UNCLEAR', 'name one job, or say --all for all of them');
  }
  return job === undefined ? undefined : jobDocument(readConfig(options, context), job).id;
}

function nameOf(scope: string | undefined): string {
  return scope === undefined ? 'all jobs are' : `job ${scope} is`;
}

/** ISO 8601, UTC. */
function readUntil(text: string, now: number): string {
  const span = parseDuration(text);
  const time = 'ms' in span ? now + span.ms : /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time) || time <= now) {
    throw new ConfigError('UNTIL_INVALID', `--until ${text} is no time to come; write it as 8h, or 2026-11-22T06:00:00Z`);
  }
  return new Date(time).toISOString();
}
