import type { AnyWorker } from '../../support/memory-run.ts';
import type { RunStore } from '../../../lib/sync/run-store.ts';
import { faulty, type Call, type Faults } from '../../support/faulty.ts';
import type { Arrival } from './draw-week.ts';
import type { SeenOfRun } from './trace.ts';

/** One execution, and what becomes of it. */
export interface Execution {
  readonly arrival: Arrival;
  readonly see: (seen: SeenOfRun) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** Nothing that it asks for is answered any more. */
  readonly isOver: () => boolean;
  /** Counts a request: is it the one with which the function that makes it dies? */
  readonly isLast: () => boolean;
  die(): void;
  end(status: 'SUCCEEDED' | 'FAILED'): void;
}

export function openExecution(arrival: Arrival, { see, sleep }: Pick<Execution, 'see' | 'sleep'>): Execution {
  let [isOver, requests] = [false, 0];
  return {
    ...{ arrival, see, sleep, isOver: () => isOver },
    isLast: () => ++requests === arrival.crashAt,
    die: () => {
      if (!isOver) see({ what: 'dies' });
      isOver = true;
    },
    end: (status) => {
      isOver = true;
      see({ what: 'ends', status });
    },
  };
}

const never = (): Promise<never> => new Promise(() => undefined);

/**
 * One call of a function in a process of its own: it is as slow as its execution was drawn, and dies with the request that was drawn,
 * before it has its effect or when it has had it.
 */
export function callFunction<T>(execution: Execution, worker: AnyWorker, use: (worker: AnyWorker) => Promise<T>): Promise<T> {
  const crashesAfter = (execution.arrival.crashAt ?? 0) % 2 === 1;
  let [isGone, isLast] = [false, false];
  return new Promise((resolve, reject) => {
    const pass = (isCrash: boolean): Promise<never> | undefined => {
      if (isCrash && !isGone && !execution.isOver()) {
        isGone = true;
        execution.see({ what: 'crashes' });
        reject(Object.assign(new Error('its process is gone'), { name: 'Runtime.ExitError' }));
      }
      return isGone || execution.isOver() ? never() : undefined;
    };
    const faults: Faults = {
      before: () => {
        isLast ||= !isGone && execution.isLast();
        return pass(isLast && !crashesAfter);
      },
      after: () => pass(isLast && crashesAfter),
    };
    use(guard(worker, faults, execution)).then(resolve, reject);
  });
}

/** Time passes first: who has died meanwhile has no effect. */
function guard(worker: AnyWorker, faults: Faults, { arrival, sleep, see }: Execution): AnyWorker {
  const slowList: Faults = { before: ({ method }) => (method === 'list' ? sleep(arrival.listMs) : undefined) };
  const slowPut: Faults = { before: ({ method, args }) => (isChunk(method, args) ? sleep(arrival.putMs) : undefined) };
  return {
    ...worker,
    source: faulty(faulty(worker.source, faults), slowList),
    target: faulty(faulty(worker.target, faults), slowPut),
    remover: faulty(worker.remover, faults),
    control: faulty(worker.control, faults),
    store: faulty(watched(worker.store, see), faults),
  };
}

/** Tells of each chunk that it writes. */
export function watchWrites(worker: AnyWorker, group: string, { see }: Execution): AnyWorker {
  const after = ({ method, args }: Call): void => {
    if (isChunk(method, args)) see({ what: 'writes', group });
  };
  return { ...worker, target: faulty(worker.target, { after }) };
}

function isChunk(method: string, [key]: readonly unknown[]): boolean {
  return method === 'put' && String(key).includes('.chunks/');
}

/** Tells what the table was told. */
function watched(store: RunStore, see: Execution['see']): RunStore {
  return {
    ...store,
    async saveTick(job, schedule, tick, before) {
      const isSaved = await store.saveTick(job, schedule, tick, before);
      if (isSaved) see({ what: 'serves', tick });
      return isSaved;
    },
    async askTurn(asker, now, leaseMs) {
      const answer = await store.askTurn(asker, now, leaseMs);
      see({ what: 'asks', answer: answer.decision });
      return answer;
    },
    async awaitLock(key, asker, now, leaseMs) {
      const answer = await store.awaitLock(key, asker, now, leaseMs);
      if ('lock' in answer) see({ what: 'locks', group: key.group.name });
      return answer;
    },
    async releaseLock(lock) {
      await store.releaseLock(lock);
      see({ what: 'unlocks', group: lock.key.group.name });
    },
    async yieldLock(lock, asker, now, leaseMs) {
      await store.yieldLock(lock, asker, now, leaseMs);
      see({ what: 'unlocks', group: lock.key.group.name });
    },
    async leaveLock(key, owner) {
      await store.leaveLock(key, owner);
      see({ what: 'unlocks', group: key.group.name });
    },
    async beginWork(run) {
      await store.beginWork(run);
      see({ what: 'works' });
    },
    async releaseTurn(run) {
      await store.releaseTurn(run);
      see({ what: 'leaves' });
    },
    async saveRun(record) {
      await store.saveRun(record);
      see({ what: 'records', record });
    },
    async saveGroup(run, record) {
      await store.saveGroup(run, record);
      see({ what: 'records-group', record });
    },
  };
}
