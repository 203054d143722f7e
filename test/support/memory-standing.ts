import type { GroupBehind, Standing } from '../../lib/sync/health/health.ts';
import type { RunStore } from '../../lib/sync/run-store.ts';

type StandingMethods = Pick<RunStore, 'saveBehind' | 'listBehind' | 'loadStanding' | 'saveStanding'>;

/** What is known of jobs between their runs, in this process's memory. */
export function memoryStandings(): StandingMethods {
  const jobs = new Map<string, Map<string, GroupBehind>>();
  const standings = new Map<string, Standing>();
  return {
    async saveBehind(job, { namespace, name }, behind, now): Promise<void> {
      const ofJob = jobs.get(job) ?? new Map<string, GroupBehind>();
      jobs.set(job, ofJob);
      const key = JSON.stringify([namespace, name]);
      const before = ofJob.get(key)?.at ?? '';
      if (before <= behind.at || Date.parse(before) > now + 15 * 60_000)
        ofJob.set(key, { group: { namespace, name }, ...behind });
    },
    async *listBehind(job): AsyncGenerator<GroupBehind> {
      yield* structuredClone([...(jobs.get(job) ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each));
    },
    async loadStanding(job): Promise<Standing | undefined> {
      return structuredClone(standings.get(job));
    },
    async saveStanding(job, next, before): Promise<boolean> {
      const now = standings.get(job);
      if (now?.revision !== before?.revision) return JSON.stringify(now) === JSON.stringify(next);
      standings.set(job, structuredClone(next));
      return true;
    },
  };
}
