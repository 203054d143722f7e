import { iso } from '../sync/iso.ts';
import type { RunRef } from '../sync/run-store.ts';
import type { CliContext } from './context.ts';

/** The name of a run that starts now. An execution's name holds no colon, and no two of a job are equal. */
export function nameRun(job: string, context: Pick<CliContext, 'now' | 'uniqueId'>): RunRef {
  const startedAt = iso(context.now());
  return { job, id: `${startedAt.replaceAll(/[-:.]/g, '')}-${context.uniqueId()}`, startedAt };
}
