import { ConfigError } from '../errors.ts';
import { iso } from '../sync/iso.ts';
import { plural } from '../sync/report/words.ts';
import type { RunRecord, RunRef } from '../sync/run-store.ts';
import type { RecentRun } from '../sync/status/job-status.ts';
import { loadLiveWork } from '../sync/health/load-live.ts';
import { isAtWork, loadLive, loadRuns, lookAgain } from '../sync/status/load-runs.ts';
import type { StatusWorld } from '../sync/status/load-status.ts';
import { readConfig, type CliContext } from './context.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findRun } from './find-run.ts';
import { oneLine } from './one-line.ts';
import { withSystem, type SystemOptions } from './open-system.ts';
import { liveText, stateOf } from './status/describe-status.ts';

export interface StopOptions extends SystemOptions {
  /** Only runs of this job. */
  readonly job?: string;
  /** Commander's name of `--no-wait`. */
  readonly wait: boolean;
}

const LOOK_SECONDS = 2;

/** Says so where nobody looks at live lines. */
const SAY_EVERY_MS = 60_000;

/** Asks a run, or all runs of a job that wait or are at work, to end at their next safe point; and waits until they have. */
export async function stopCommand(text: string, options: StopOptions, context: CliContext): Promise<ExitCode> {
  const jobs = options.job === undefined ? readConfig(options, context).jobs.map(({ id }) => id) : [options.job];
  return withSystem(options, context, async ({ store, leaseMs }) => {
    const world: StatusWorld = { store, leaseMs, now: context.now };
    const isJob = jobs.includes(text);
    const runs = isJob ? await unended(text, world) : [await oneRun(text, jobs, world)];
    const alive = runs.filter(isAtWork);
    for (const run of alive) await ask(run, world, context);
    for (const run of runs.filter((each) => !isAtWork(each))) await tellEnd(run, world, context);
    if (runs.length === 0) context.terminal.print(`no run of job ${text} waits or is at work`);
    return alive.length > 0 && options.wait ? waitForEnd(alive, world, context) : EXIT.done;
  });
}

/** All runs of a job that wait or are at work, and those that were lost since: a service that starts again may take them up. */
async function unended(job: string, world: StatusWorld): Promise<readonly RecentRun[]> {
  const { live, recent } = await loadRuns({ id: job }, world, await loadLiveWork(job, world));
  const lastEnded = recent.findIndex((run) => run.lost !== true && !isAtWork(run) && run.state !== 'skipped');
  const lost = (lastEnded < 0 ? recent : recent.slice(0, lastEnded)).filter((run) => run.lost === true);
  return [...live.map(({ run }) => run), ...lost];
}

async function ask(run: RunRecord, world: StatusWorld, context: CliContext): Promise<void> {
  await saveWish(run, world, context);
  const how = 'transfers under way are finished, the copy stays whole, and the next run goes on from there';
  context.terminal.print(`asked run ${run.id} of job ${run.job} to stop: ${how}`);
}

/** The wish is kept for a lost run, too: `flotilla serve` takes up what was killed with it. */
async function tellEnd(run: RecentRun, world: StatusWorld, context: CliContext): Promise<void> {
  if (run.lost === true) await saveWish(run, world, context);
  context.terminal.print(endText(run));
}

async function saveWish(run: RunRef, { store, now }: StatusWorld, { environment }: CliContext): Promise<void> {
  const by = environment['USER'];
  await store.askStop(run, { at: iso(now()), ...(by !== undefined && by !== '' && { by }) });
}

async function oneRun(text: string, jobs: readonly string[], world: StatusWorld): Promise<RecentRun> {
  const run = await findRun(text, jobs, world.store);
  return lookAgain(run, world);
}

function endText(run: RecentRun): string {
  const { id, job, endedAt, message } = run;
  if (run.lost === true) {
    const what = `run ${id} of job ${job} is at work no more: it was killed, or died; its lease has run out`;
    return `${what}; if a service takes it up again, it ends at once`;
  }
  return oneLine(`run ${id} of job ${job} ended ${endedAt ?? ''}: ${message ?? stateOf(run)}`);
}

/** 0 when all have ended; 1 when one was lost, or this command was stopped before. */
async function waitForEnd(runs: readonly RunRecord[], world: StatusWorld, { terminal, stop }: CliContext): Promise<ExitCode> {
  stop.beQuiet();
  const tell = tellProgress(world, terminal);
  let left: readonly RunRef[] = runs;
  let lost = 0;
  while (left.length > 0 && !stop.asked()) {
    await stop.sleep(LOOK_SECONDS);
    const seen = await Promise.all(left.map((run) => lookAt(run, world)));
    for (const run of seen.filter((each) => !isAtWork(each))) terminal.print(endText(run));
    lost += seen.filter((run) => run.lost === true).length;
    const alive = seen.filter(isAtWork);
    await tell(alive);
    left = alive;
  }
  terminal.live([]);
  if (left.length > 0) terminal.note(`${plural(left.length, 'run')} not ended yet; the wish to stop stands`, 'warn');
  return left.length > 0 || lost > 0 ? EXIT.errors : EXIT.done;
}

/** Live lines on a terminal, elsewhere a line now and then. */
function tellProgress(world: StatusWorld, terminal: CliContext['terminal']): (runs: readonly RunRecord[]) => Promise<void> {
  let saidAt = world.now();
  return async (runs) => {
    if (!terminal.isLive && world.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = world.now();
    const texts = runs.map(async (run) => `${run.job}: ${liveText(await loadLive(run, world), world.now())}`);
    const lines = await Promise.all(texts);
    if (terminal.isLive) terminal.live(lines);
    else for (const line of lines) terminal.note(line);
  };
}

async function lookAt(run: RunRef, world: StatusWorld): Promise<RecentRun> {
  const record = await world.store.loadRun(run);
  if (record === undefined) throw new ConfigError('RUN_UNKNOWN', `the record of run ${run.id} of job ${run.job} is gone`);
  return lookAgain(record, world);
}
