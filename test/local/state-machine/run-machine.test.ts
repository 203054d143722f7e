import { describe, expect, it } from 'vitest';
import { ConfigError, TransientError } from '../../../lib/errors.ts';
import type { PerFunction } from '../../../lib/infra/sync-functions.ts';
import type { FunctionHandler } from '../../../lib/local/state-machine/call-function.ts';
import { runMachine } from '../../../lib/local/state-machine/run-machine.ts';
import type { MachineRun } from '../../../lib/local/state-machine/run-machine.ts';
import { synthesizeJob } from '../../../lib/local/state-machine/synthesize-job.ts';
import type {
  FinishRunInput,
  NextGroupsInput,
  RemoveVanishedInput,
  Round,
  StartRunInput,
  StartRunOutput,
  SyncGroupInput,
} from '../../../lib/sync/payloads.ts';
import { makeJob } from '../../infra/job-document.ts';

const job = makeJob();
const { definition } = synthesizeJob(job);
const merged = { ...job, 'worker-threads': 8 };
const done = { done: true, waitSeconds: 0, cursor: null, place: null };

const started: StartRunOutput = {
  ...{ decision: 'go', job: merged, workerThreads: 8, items: 1, removeVanished: false },
  round: { number: 0, items: 1, planKey: 'runs/a/plan.jsonl', waitSeconds: 0 },
};

const NO_ROUND: Round = { number: 1, items: 0, planKey: '', waitSeconds: 0 };

const noRound = () => Promise.resolve(NO_ROUND);

function isNext(payload: unknown): boolean {
  return 'after' in (payload as object);
}

interface World {
  readonly start?: Partial<StartRunOutput>;
  readonly handlers?: Partial<PerFunction<FunctionHandler>>;
  /** Answers start-run's second question. */
  readonly next?: FunctionHandler;
  readonly groups?: readonly string[];
  readonly run?: Partial<MachineRun>;
}

/** Runs the synthesized machine; notes the payloads that finish-run was called with. */
async function run({ start = {}, handlers = {}, next = noRound, groups = ['vm/100'], run: options = {} }: World = {}) {
  const plan = async () => ({
    ...{ ...started, items: groups.length, round: { ...started.round, items: groups.length } },
    ...start,
  });
  const finished: FinishRunInput[] = [];
  const outcome = await runMachine({
    definition,
    handlers: {
      'sync-group': async () => done,
      'remove-vanished': async () => ({ done: true }),
      'finish-run': async (payload) => {
        const input = payload as FinishRunInput;
        finished.push(input);
        const succeeded = input.error === undefined;
        return { state: succeeded ? 'ok' : 'failed', succeeded, message: 'said so', reportKey: 'r', counts: {} };
      },
      ...handlers,
      'start-run': (payload) => (isNext(payload) ? next : (handlers['start-run'] ?? plan))(payload),
    },
    readPlan: async () => groups.map((name) => ({ kind: 'group', namespace: '', name, missingNamespaces: [] })),
    input: {},
    executionName: 'run-1',
    startTime: '2026-01-02T03:04:05.678Z',
    retryDelayMs: 0,
    ...options,
  });
  return { outcome, finished };
}

const manyGroups = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `vm/${index}`);
const nameOf = (payload: unknown): string => ((payload as SyncGroupInput).item as { name: string }).name;

describe('a run of the synthesized machine', () => {
  it('hands start-run the job, the overrides and the name of the run', async () => {
    const seen: StartRunInput[] = [];
    const startRun: FunctionHandler = async (payload) => (seen.push(payload as StartRunInput), started);
    await run({ handlers: { 'start-run': startRun }, run: { input: { 'worker-threads': 8 } } });
    expect(seen).toEqual([
      { job, overrides: { 'worker-threads': 8 }, run: { id: 'run-1', startedAt: '2026-01-02T03:04:05.678Z' } },
    ]);
  });

  it.each([null, [], 'text', 7])('lets start-run judge an input that is no object: %j', async (input) => {
    const seen: unknown[] = [];
    const startRun: FunctionHandler = async (payload) => (seen.push((payload as StartRunInput).overrides), started);
    await run({ handlers: { 'start-run': startRun }, run: { input } });
    expect(seen).toEqual([input]);
  });

  it('reads the plan of this run from the control bucket', async () => {
    const read: string[] = [];
    await run({ run: { readPlan: async (bucket, key) => (read.push(`${bucket}/${key}`), []) } });
    expect(read).toEqual(['flotilla-control/runs/a/plan.jsonl']);
  });

  it('hands sync-group the merged job, the run, one line of the plan, and neither cursor nor place', async () => {
    const seen: unknown[] = [];
    await run({ handlers: { 'sync-group': async (payload) => (seen.push(payload), done) } });
    const item = { kind: 'group', namespace: '', name: 'vm/100', missingNamespaces: [] };
    expect(seen).toEqual([
      { job: merged, run: { id: 'run-1', startedAt: '2026-01-02T03:04:05.678Z' }, item, cursor: null, place: null },
    ]);
  });

  it('ends with what finish-run says', async () => {
    const { outcome } = await run();
    expect(outcome).toEqual({
      status: 'SUCCEEDED',
      output: { state: 'ok', succeeded: true, message: 'said so', reportKey: 'r', counts: {} },
    });
  });

  it('fails with the state and the message of finish-run', async () => {
    const answer = { state: 'errors', succeeded: false, message: 'one group failed', reportKey: 'r', counts: {} };
    const { outcome } = await run({ handlers: { 'finish-run': async () => answer } });
    expect(outcome).toEqual({ status: 'FAILED', error: 'errors', cause: 'one group failed' });
  });
});

describe('worker-threads', () => {
  it.each([1, 4, 16])('%i is the highest number of groups at work at once, and is reached', async (workerThreads) => {
    let [active, highest] = [0, 0];
    const waiting: (() => void)[] = [];
    const syncGroup: FunctionHandler = async () => {
      active += 1;
      highest = Math.max(highest, active);
      // Held until as many as may be at work are: reached without a clock, and never reached if fewer may.
      if (active < workerThreads && highest < workerThreads) await new Promise<void>((resume) => waiting.push(resume));
      else waiting.splice(0).forEach((resume) => resume());
      await new Promise((resolve) => setImmediate(resolve));
      active -= 1;
      return done;
    };
    await run({ start: { workerThreads }, groups: manyGroups(48), handlers: { 'sync-group': syncGroup } });
    expect(highest).toBe(workerThreads);
  });
});

describe('a worker', () => {
  it('is called again, with its cursor, until it is done', async () => {
    const cursors: unknown[] = [];
    const syncGroup: FunctionHandler = async (payload) => {
      cursors.push((payload as SyncGroupInput).cursor);
      return cursors.length < 3
        ? { ...done, done: false, cursor: { snapshot: 's', marker: 'etag', position: cursors.length } }
        : done;
    };
    await run({ handlers: { 'sync-group': syncGroup } });
    expect(cursors).toEqual([
      null,
      { snapshot: 's', marker: 'etag', position: 1 },
      { snapshot: 's', marker: 'etag', position: 2 },
    ]);
  });

  it('waits as long as it asks for', async () => {
    const waits: number[] = [];
    const answers = [{ ...done, done: false, waitSeconds: 30 }, { ...done, done: false, waitSeconds: 7 }, done];
    await run({
      handlers: { 'sync-group': async () => answers.shift() },
      run: { wait: async (seconds) => void waits.push(seconds) },
    });
    expect(waits).toEqual([30, 7]);
  });

  it('that fails for good does not stop the others', async () => {
    const synced: string[] = [];
    const syncGroup: FunctionHandler = async (payload) => {
      const name = nameOf(payload);
      if (name === 'vm/1') throw new Error('a bug');
      await new Promise((resolve) => setImmediate(resolve));
      synced.push(name);
      return done;
    };
    const { outcome, finished } = await run({
      start: { workerThreads: 2 },
      groups: manyGroups(5),
      handlers: { 'sync-group': syncGroup },
    });
    expect(synced.sort()).toEqual(['vm/0', 'vm/2', 'vm/3', 'vm/4']);
    expect(finished).toHaveLength(1);
    expect(outcome.status).toBe('SUCCEEDED');
  });

  it('whose answer is too large for Step Functions ends alone', async () => {
    const syncGroup: FunctionHandler = async (payload) =>
      nameOf(payload) === 'vm/0' ? { ...done, big: 'x'.repeat(300_000) } : done;
    const { outcome } = await run({ groups: manyGroups(2), handlers: { 'sync-group': syncGroup } });
    expect(outcome.status).toBe('SUCCEEDED');
  });

  it('is tried again after a transient error, with the same payload, twelve times at most', async () => {
    const seen: string[] = [];
    const syncGroup: FunctionHandler = async (payload) => {
      seen.push(JSON.stringify(payload));
      if (seen.length < 3) throw new TransientError('TARGET_THROTTLED', 'slow down');
      return done;
    };
    await run({ handlers: { 'sync-group': syncGroup } });
    expect(seen).toHaveLength(3);
    expect(new Set(seen).size).toBe(1);

    let calls = 0;
    const never: FunctionHandler = () => ((calls += 1), Promise.reject(new TransientError('TARGET_THROTTLED', 'slow down')));
    await run({ handlers: { 'sync-group': never } });
    expect(calls).toBe(13);
  });

  it('is not tried again after a bug', async () => {
    let calls = 0;
    await run({ handlers: { 'sync-group': () => ((calls += 1), Promise.reject(new Error('a bug'))) } });
    expect(calls).toBe(1);
  });
});

describe('every path reaches finish-run', () => {
  const refuse = (): Promise<never> => Promise.reject(new ConfigError('OVERRIDES_INVALID', 'worker-threads must be 1 or more'));

  it('when start-run refuses the run: without a start, with the error', async () => {
    const { outcome, finished } = await run({ handlers: { 'start-run': refuse } });
    expect(finished).toHaveLength(1);
    expect(finished[0]).not.toHaveProperty('start');
    expect(finished[0]).toMatchObject({ job, run: { id: 'run-1' }, error: { Error: 'ConfigError' } });
    expect(JSON.parse(finished[0]!.error!.Cause)).toMatchObject({ errorMessage: 'worker-threads must be 1 or more' });
    expect(outcome).toEqual({ status: 'FAILED', error: 'failed', cause: 'said so' });
  });

  it('when the run is skipped, without a look at the plan', async () => {
    const read: string[] = [];
    const { finished } = await run({ start: { decision: 'skip' }, run: { readPlan: async (_, key) => (read.push(key), []) } });
    expect(finished).toMatchObject([{ start: { decision: 'skip' } }]);
    expect(read).toEqual([]);
  });

  it('when there is nothing to do, without a Map', async () => {
    const read: string[] = [];
    const { finished } = await run({ groups: [], run: { readPlan: async (_, key) => (read.push(key), []) } });
    expect(finished).toMatchObject([{ start: { items: 0 } }]);
    expect(read).toEqual([]);
  });

  it('when the plan cannot be read', async () => {
    const { finished } = await run({ run: { readPlan: () => Promise.reject(new Error('no such key')) } });
    expect(finished).toMatchObject([{ error: { Error: 'States.ItemReaderFailed', Cause: 'no such key' } }]);
  });

  it('when the run waited for its turn', async () => {
    const waits: number[] = [];
    const round = { number: 0, items: 1, planKey: 'runs/a/wait.jsonl', waitSeconds: 15 };
    const answers = [{ ...started, decision: 'wait', round }, started];
    const children = [{ ...done, done: false, waitSeconds: 16 }, done, done];
    const { finished } = await run({
      handlers: { 'start-run': async () => answers.shift(), 'sync-group': async () => children.shift() },
      run: { wait: async (seconds) => void waits.push(seconds) },
    });
    expect(waits).toEqual([15, 16]);
    expect([children, finished]).toMatchObject([[], [{ start: { decision: 'go' } }]]);
  });

  it('when groups were left to a later round, with the plan of the first and as many rounds as it takes', async () => {
    const [waits, read, asked]: [number[], string[], unknown[]] = [[], [], []];
    const rounds = [
      { number: 1, items: 1, planKey: 'runs/a/wait.jsonl', waitSeconds: 15 },
      { number: 2, items: 2, planKey: 'runs/a/next.jsonl', waitSeconds: 0 },
      NO_ROUND,
    ];
    const { finished } = await run({
      start: { removeVanished: true, items: 7 },
      next: async (payload) => (asked.push(payload), rounds.shift()),
      run: {
        wait: async (seconds) => void waits.push(seconds),
        readPlan: async (_, key) => (read.push(key), [{ kind: 'group', namespace: '', name: 'vm/1', missingNamespaces: [] }]),
      },
    });
    expect([waits, read]).toEqual([[15], ['runs/a/plan.jsonl', 'runs/a/wait.jsonl', 'runs/a/next.jsonl']]);
    const own = { job: merged, run: { id: 'run-1', startedAt: '2026-01-02T03:04:05.678Z' } };
    expect(asked.slice(0, 2)).toEqual([0, 1].map((after): NextGroupsInput => ({ ...own, after })));
    expect(finished).toMatchObject([{ start: { decision: 'go', items: 7 } }]);
  });

  it('when what vanished was removed, in as many calls as it takes', async () => {
    const seen: unknown[] = [];
    const removeVanished: FunctionHandler = async (payload) => ({ done: seen.push(payload) === 3 });
    const { finished } = await run({
      start: { removeVanished: true },
      groups: [],
      handlers: { 'remove-vanished': removeVanished },
    });
    expect(seen).toHaveLength(3);
    expect(seen[0]).toEqual({
      job: merged,
      run: { id: 'run-1', startedAt: '2026-01-02T03:04:05.678Z' },
    } satisfies RemoveVanishedInput);
    expect(finished).toHaveLength(1);
  });

  it('when remove-vanished fails', async () => {
    const { finished } = await run({ start: { removeVanished: true }, handlers: { 'remove-vanished': refuse } });
    expect(finished).toMatchObject([{ error: { Error: 'ConfigError' } }]);
  });

  it('and the execution fails when finish-run itself does', async () => {
    const { outcome } = await run({ handlers: { 'finish-run': () => Promise.reject(new Error('a bug')) } });
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'Error' });
  });

  it('but for an answer that Step Functions cannot carry, which nobody can catch', async () => {
    const { outcome, finished } = await run({ start: { round: { ...started.round, planKey: 'x'.repeat(300_000) } } });
    expect(outcome).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect(finished).toEqual([]);
  });
});
