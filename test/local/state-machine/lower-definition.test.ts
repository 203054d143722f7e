import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import type { Definition, State } from '../../../lib/local/state-machine/definition.ts';
import { lowerDefinition } from '../../../lib/local/state-machine/lower-definition.ts';
import { synthesizeJob } from '../../../lib/local/state-machine/synthesize-job.ts';
import { makeJob } from '../../infra/job-document.ts';

describe('lowerDefinition', () => {
  const { definition } = synthesizeJob(makeJob());
  const lowered = lowerDefinition(definition);
  const branch = (lowered.States.Groups?.Branches as readonly Definition[])[0]!;

  it('gives valid Amazon States Language of states that the interpreter has', () => {
    const { isValid, errors } = validate(structuredClone(lowered), { checkPaths: true, checkArn: true });
    expect({ isValid, errors }).toEqual({ isValid: true, errors: [] });
    expect(JSON.stringify(lowered)).not.toContain('ItemReader');
  });

  it('reads the items of a Map in a task and maps over them, with the same selector, limit, catch and next state', () => {
    const { ItemSelector, MaxConcurrencyPath, ItemReader, Catch, Next } = definition.States.Groups!;
    expect(lowered.States.Groups).toMatchObject({ Type: 'Parallel', Catch, Next, ResultPath: null });
    expect(branch.States['Groups.ReadItems']).toMatchObject({ Type: 'Task', Parameters: (ItemReader as State).Parameters });
    expect(branch.States['Groups.EachItem']).toMatchObject({ Type: 'Map', ItemSelector, MaxConcurrencyPath });
  });

  it('ends only the item whose task failed for good', () => {
    const { States } = branch.States['Groups.EachItem']?.ItemProcessor as Definition;
    expect(States.SyncGroup?.Catch).toEqual([{ ErrorEquals: ['States.ALL'], Next: 'Groups.ItemFailed' }]);
    expect(States['Groups.ItemFailed']).toEqual({ Type: 'Succeed', OutputPath: null });
  });

  it('ends no call for its length: it would go on beside its retry', () => {
    const { States } = branch.States['Groups.EachItem']?.ItemProcessor as Definition;
    const timeouts = [lowered.States.StartRun, States.SyncGroup, States.WaitForGroup].map((state) => state?.TimeoutSeconds);
    for (const seconds of timeouts) expect(seconds).toBeGreaterThan(14 * 24 * 3600);
    // Node fires a timer of more than 2^31 - 1 ms at once.
    for (const seconds of timeouts) expect(Number(seconds) * 1000).toBeLessThan(2 ** 31);
  });

  it('leaves the job alone, whatever is written in it', () => {
    const odd = synthesizeJob({ ...makeJob(), namespace: '$$.Execution.StartTime' }).definition;
    expect(lowerDefinition(odd).States.Configuration).toEqual(odd.States.Configuration);
  });

  it('changes nothing of what it was given', () => {
    const before = structuredClone(definition);
    lowerDefinition(definition);
    expect(definition).toEqual(before);
  });

  it.each<[string, State]>([
    ['HeartbeatSeconds', { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', HeartbeatSeconds: 5, End: true }],
    ['Timestamp', { Type: 'Wait', Timestamp: '2026-01-01T00:00:00Z', End: true }],
    ['Assign', { Type: 'Pass', Assign: { a: 1 }, End: true }],
    ['no Parallel states', { Type: 'Parallel', Branches: [], End: true }],
    ['tolerates all failed items', { Type: 'Map', ItemReader: { ReaderConfig: { InputType: 'JSONL' } }, End: true }],
    ['JSON lines only', { Type: 'Map', ToleratedFailurePercentage: 100, End: true }],
  ])('refuses what would be ignored: %s', (problem, state) => {
    expect(() => lowerDefinition({ StartAt: 'A', States: { A: state } })).toThrow(problem);
  });
});
