import type { ShownRun } from '../../page/run.ts';
import type { Service } from '../../serve/serve.ts';
import type { RecentRun } from '../../sync/status/job-status.ts';
import type { StatusWorld } from '../../sync/status/load-status.ts';
import type { StatusBook } from './status-book.ts';

/** Whether the service was to bring a run to its end, and has not. */
export function isIntended({ job, id }: { readonly job: string; readonly id: string }, service: FindWorld['service']): boolean {
  return service.intents().some(({ run }) => run.job === job && run.id === id);
}

export interface FindWorld {
  readonly service: Pick<Service, 'intents'>;
  readonly looking: StatusWorld;
  readonly book: StatusBook;
}

/** One that was asked for and has not begun is known to the service alone. */
export async function findShownRun(
  { job, id }: { readonly job: string; readonly id: string },
  { service, looking, book }: FindWorld,
): Promise<ShownRun | undefined> {
  const { live = [], recent = [] } = (await book.one(job)) ?? {};
  const isIt = (run: { readonly id: string }): boolean => run.id === id;
  const atWork = live.find(({ run }) => isIt(run));
  if (atWork !== undefined) return atWork;
  const run = recent.find(isIt) ?? (await book.known(job)).find(isIt);
  if (run !== undefined) return pastRun(run, isIntended({ job, id }, service), looking);
  const asked = service.intents().find(({ run: each }) => each.job === job && each.id === id);
  return asked && { run: { ...asked.run, state: 'waiting' }, stopAsked: (await looking.store.loadStop(asked.run)) !== undefined };
}

/** Of a run that the service was to bring to its end and has not, there is more to come; of one that somebody asked to stop there is not. */
async function pastRun(run: RecentRun, isMine: boolean, { store }: StatusWorld): Promise<ShownRun> {
  if (!isMine || (run.endedAt !== undefined && run.state !== 'stopped')) return { run, stopAsked: false };
  const stopAsked = (await store.loadStop(run)) !== undefined;
  return { run, stopAsked, ...((run.endedAt === undefined || !stopAsked) && { resumes: true }) };
}
