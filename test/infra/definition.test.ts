import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { functionEnvironments, parseEnvironment } from '../../lib/config/environment.ts';
import { ConfigError, ConflictError, DataError, TransientError } from '../../lib/errors.ts';
import type { Definition, State } from '../../lib/local/state-machine/definition.ts';
import { synthesizeJob } from '../../lib/local/state-machine/synthesize-job.ts';
import { makeJob } from './job-document.ts';
import { ofType, synthesizeStacks } from './synthesize.ts';

interface Rule {
  readonly ErrorEquals: readonly string[];
  readonly Next?: string;
  readonly IntervalSeconds?: number;
  readonly BackoffRate?: number;
  readonly MaxAttempts?: number;
  readonly MaxDelaySeconds?: number;
}

const { definition } = synthesizeJob(makeJob());
const groups = definition.States.Groups;
const child = groups?.ItemProcessor as Definition;
const tasks = [...tasksOf(definition), ...tasksOf(child)];

describe('the definition', () => {
  it('is valid Amazon States Language', () => {
    const { isValid, errors } = validate(structuredClone(definition), { checkPaths: true, checkArn: true });
    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
  });

  it('is what a deploy puts in place, but for the names of functions and bucket', () => {
    const [machine] = ofType(synthesizeStacks().job, 'AWS::StepFunctions::StateMachine');
    const { 'Fn::Join': parts } = machine?.Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] };
    const deployed = parts[1].map((part) => (typeof part === 'string' ? part : '<name>')).join('');
    expect(withoutNames(deployed)).toEqual(withoutNames(JSON.stringify(definition)));
  });

  it('is small: far from a megabyte, and from 256 KiB between states', () => {
    expect(JSON.stringify(definition).length).toBeLessThan(32 * 1024);
  });

  it('retries what is transient, by the name of the error kind and with jitter, and no other kind', () => {
    const kind = (error: Error) => error.name;
    const others = [new ConfigError('A', 'a'), new DataError('A', 'a'), new ConflictError('A', 'a'), new Error('a')].map(kind);
    expect(tasks.map(([name]) => name).sort()).toEqual(['FinishRun', 'NextGroups', 'RemoveVanished', 'StartRun', 'SyncGroup']);
    for (const [, { Retry }] of tasks) {
      const rules = Retry as readonly Rule[];
      const retried = rules.flatMap(({ ErrorEquals }) => ErrorEquals);
      expect(rules[0]).toMatchObject({
        ErrorEquals: [kind(new TransientError('A', 'a'))],
        JitterStrategy: 'FULL',
        MaxAttempts: 12,
      });
      expect(retried).toContain('Lambda.TooManyRequestsException');
      expect(
        retried.filter((error) => others.includes(error) || error === 'States.ALL' || error === 'States.TaskFailed'),
      ).toEqual([]);
    }
  });

  it('pauses no longer than half a lease, so that a call which works again finds its turn and its locks', () => {
    const { LOCK_LEASE_SECONDS: lease } = parseEnvironment(functionEnvironments['sync-group'], {
      TABLE_NAME: 't',
      CONTROL_BUCKET: 'b',
    });
    for (const [name, { Retry }] of tasks) {
      for (const {
        IntervalSeconds = 1,
        BackoffRate = 2,
        MaxAttempts = 3,
        MaxDelaySeconds = Infinity,
      } of Retry as readonly Rule[]) {
        const longest = Math.min(IntervalSeconds * BackoffRate ** (MaxAttempts - 1), MaxDelaySeconds);
        expect({ name, pause: longest <= lease / 2 }).toEqual({ name, pause: true });
      }
    }
  });

  it('never retries the Map, which would run all groups again, and lets every group fail on its own', () => {
    expect(groups).not.toHaveProperty('Retry');
    expect(groups).toMatchObject({
      ToleratedFailurePercentage: 100,
      MaxConcurrencyPath: '$.start.workerThreads',
      ResultPath: null,
    });
  });

  it('hands a first call of a worker a cursor that is null, not missing', () => {
    expect(groups?.ItemSelector).toMatchObject({ next: { done: false, waitSeconds: 0, cursor: null } });
  });

  it('reads the plan from the control bucket, by the key of this run', () => {
    expect(groups?.ItemReader).toMatchObject({
      ReaderConfig: { InputType: 'JSONL' },
      Parameters: { Bucket: 'flotilla-control', 'Key.$': '$.start.round.planKey' },
    });
  });

  it('brings each state that can fail to FinishRun', () => {
    const states = Object.entries(definition.States).filter(([, { Type }]) => Type === 'Task' || Type === 'Map');
    for (const [name, { Catch }] of states.filter(([each]) => each !== 'FinishRun')) {
      expect({ name, Catch }).toEqual({
        name,
        Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'FinishRun' }],
      });
    }
  });

  it('takes no string of the configuration for a path', () => {
    const odd = { ...makeJob(), namespace: '$.run.id', 'odd.$': '$$.Execution.Input' };
    expect(synthesizeJob(odd).definition.States.Configuration?.Result).toEqual({ job: odd });
  });
});

/** What a template fills in: partition, versions of functions, bucket. */
function withoutNames(text: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key === 'FunctionName' || key === 'Bucket') return '<name>';
    return key === 'Resource' ? String(value).replace(/^arn:[^:]+:/, 'arn:<name>:') : value;
  });
}

function tasksOf({ States }: Definition): readonly (readonly [string, State])[] {
  return Object.entries(States).filter(([, { Type }]) => Type === 'Task');
}
