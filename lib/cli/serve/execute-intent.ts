import { endedWell } from '../../sync/report/report.ts';
import type { JobDocument } from '../../config/job-document.ts';
import type { Configuration } from '../../config/load-config.ts';
import type { EmbeddedMachine } from '../../local/embedded-machine.ts';
import type { IntentEnd } from '../../serve/serve.ts';
import type { Cause, Intent } from '../../serve/state.ts';
import { causeOf } from '../../sync/admit-run.ts';
import type { RunRecord, RunStore } from '../../sync/run-store.ts';
import type { RunLogs } from '../run-log.ts';

export interface ExecuteWorld {
  readonly cloud: Pick<EmbeddedMachine, 'run' | 'store'>;
  readonly configuration: () => Pick<Configuration, 'jobs'>;
  readonly stopAsked: () => boolean;
  readonly openLog: RunLogs['open'];
}

/**
 * Executes the run of an intent, with its job as the configuration has it now. A run that had ended when the service died is not
 * executed again; one that had not goes on under its name: its turn and its locks are its own, and what it had done it finds done.
 */
export function executeIntent(world: ExecuteWorld): (intent: Intent) => Promise<IntentEnd> {
  const { cloud, configuration, openLog } = world;
  return async (intent) => {
    const { run, cause } = intent;
    const log = openLog({ job: run.job, run: run.id });
    const job = configuration().jobs.find(({ id }) => id === run.job);
    if (job === undefined) {
      log.warn(`the configuration has no job ${run.job} any more: its run ${run.id} is not executed`);
      await cloud.store.releaseTurn(run);
      return 'ended';
    }
    const before = await cloud.store.loadRun(run);
    if (before !== undefined && (await hasEnded(before, cloud))) {
      await cloud.store.releaseTurn(run);
      return endOf(cause, before, cloud.store);
    }
    if (before !== undefined) log.info(`run ${run.id} had not ended when the service did: it goes on`);
    return executeRun(intent, job, world);
  };
}

async function executeRun({ run, overrides, cause }: Intent, job: JobDocument, world: ExecuteWorld): Promise<IntentEnd> {
  const { cloud, stopAsked } = world;
  const { status } = await cloud.run({ job, overrides, run });
  const record = await cloud.store.loadRun(run);
  // Of a run for a time that is none of its schedule any more nothing is recorded.
  if (record === undefined) return status === 'SUCCEEDED' ? 'ended' : 'unfinished';
  if (record.endedAt === undefined) return 'unfinished';
  if (stopAsked() && !(await hasEnded(record, cloud))) return 'unfinished';
  return endOf(cause, record, cloud.store);
}

/** A run that the service stopped to end itself has more to do; one that somebody asked to stop has not. */
async function hasEnded({ endedAt, state, ...run }: RunRecord, { store }: Pick<EmbeddedMachine, 'store'>): Promise<boolean> {
  if (endedAt === undefined) return false;
  return state !== 'stopped' || (await store.loadStop(run)) !== undefined;
}

async function endOf(cause: Cause, { job, state }: RunRecord, store: ServedStore): Promise<IntentEnd> {
  // What a run for backups did not bring over is not tried again at once: the fault may last.
  if (cause.kind === 'on-backup') return endedWell(state) ? 'ended' : 'missed';
  if (cause.kind === 'manual') return 'ended';
  return state === 'skipped' && !(await isServed(cause, job, store)) ? 'missed' : 'ended';
}

type ServedStore = Pick<RunStore, 'loadTick' | 'loadCause'>;

/** A run that was skipped because its job was suspended serves nothing: what it was for is due again when its job no longer is. */
async function isServed(
  cause: Extract<Cause, { kind: 'schedule' | 'after' }>,
  job: string,
  store: ServedStore,
): Promise<boolean> {
  if (cause.kind === 'schedule') {
    const tick = await store.loadTick(job, cause.schedule);
    return tick !== undefined && Date.parse(tick.served) >= cause.tick;
  }
  const name = causeOf({ afterRun: `${cause.job}/${cause.run}` });
  return name !== undefined && (await store.loadCause(job, name)) !== undefined;
}
