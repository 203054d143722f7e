import { describe, expect, it } from 'vitest';
import { LAYOUTS } from '../../lib/datastore/location.ts';
import { COMMIT_MARKERS } from '../../lib/infra/job-triggers.ts';
import { layoutOf } from '../../lib/layouts/layouts.ts';
import { makeJob } from './job-document.ts';
import { below, ofType, synthesizeStacks } from './synthesize.ts';

describe('the triggers of a job', () => {
  it('are none where none are asked for', () => {
    const { job } = synthesizeStacks(makeJob());
    expect(below(job, 'Triggers')).toEqual({});
  });

  describe('on-backup', () => {
    const { job } = synthesizeStacks(makeJob({ job: "trigger: on-backup, settle: '3m'" }));

    it('match the manifests of the datastore alone', () => {
      const [rule] = ofType(job, 'AWS::Events::Rule').filter(({ Properties }) => JSON.stringify(Properties).includes('aws.s3'));
      expect(rule?.Properties['EventPattern']).toEqual({
        source: ['aws.s3'],
        'detail-type': ['Object Created'],
        detail: { bucket: { name: ['pbs-main'] }, object: { key: [{ wildcard: 'main/.cnt/*/index.json.blob' }] } },
      });
    });

    it.each(LAYOUTS)('know the commit markers of %s as its layout does', (name) => {
      const layout = layoutOf(name);
      const key = `${layout.snapshotPrefix({ namespace: 'a/b', name: 'vm/100' }, '2026-11-01T01:00:00Z')}index.json.blob`;
      const [before = '', after = ''] = COMMIT_MARKERS[name].split('*');
      expect(key.startsWith(before) && key.endsWith(after)).toBe(true);
    });

    it('gather what was written for the time to settle, and hand on keys and ETags', () => {
      const [pipe] = ofType(job, 'AWS::Pipes::Pipe');
      expect(pipe?.Properties).toMatchObject({
        SourceParameters: { SqsQueueParameters: { BatchSize: 100, MaximumBatchingWindowInSeconds: 180 } },
        TargetParameters: {
          StepFunctionStateMachineParameters: { InvocationType: 'FIRE_AND_FORGET' },
          InputTemplate: '{"key": "<$.body.detail.object.key>", "etag": "<$.body.detail.object.etag>"}',
        },
      });
    });

    it('ask each hour for what no event comes again for', () => {
      const looks = ofType(below(job, 'Triggers'), 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties);
      expect(looks).toMatchObject([
        {
          ScheduleExpression: 'rate(1 hour)',
          FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 15 },
          Target: {
            Arn: { Ref: expect.stringContaining('Machine') as string },
            Input: '{"pending-only":true}',
            DeadLetterConfig: { Arn: expect.anything() as unknown },
          },
        },
      ]);
    });

    it('keep what could not be started, encrypted, and alarm', () => {
      const queues = ofType(below(job, 'Triggers'), 'AWS::SQS::Queue').map(({ Properties }) => Properties);
      expect(queues.map(({ SqsManagedSseEnabled }) => SqsManagedSseEnabled)).toEqual([true, true]);
      expect(queues.filter((queue) => 'RedrivePolicy' in queue)).toMatchObject([
        { VisibilityTimeout: 300, RedrivePolicy: { maxReceiveCount: 10 } },
      ]);
      const alarms = ofType(job, 'AWS::CloudWatch::Alarm').map(({ Properties }) => Properties['MetricName']);
      expect(alarms).toContain('ApproximateNumberOfMessagesVisible');
    });

    it('let the pipe read its queue and start the machine, and nothing else', () => {
      const policies = ofType(job, 'AWS::IAM::Policy').filter(({ Properties }) =>
        JSON.stringify(Properties['Roles']).includes('Pipe'),
      );
      const actions = policies.flatMap(({ Properties }) => {
        const { Statement } = Properties['PolicyDocument'] as { Statement: readonly { Action: string | readonly string[] }[] };
        return Statement.flatMap(({ Action }) => Action);
      });
      expect(actions.filter((action) => !action.startsWith('sqs:'))).toEqual(['states:StartExecution']);
    });
  });

  it('after another job match its runs that ended well and were no dry runs, and name the run', () => {
    const { job } = synthesizeStacks({ ...makeJob(), after: ['nightly', 'weekly'] });
    const [rule] = ofType(job, 'AWS::Events::Rule').filter(({ Properties }) => JSON.stringify(Properties).includes('flotilla'));
    expect(rule?.Properties).toMatchObject({
      EventPattern: {
        source: ['flotilla'],
        'detail-type': ['flotilla.run'],
        detail: { kind: ['finished'], job: ['nightly', 'weekly'], state: ['ok', 'warnings'], dryRun: [false] },
      },
      Targets: [
        {
          InputTransformer: {
            InputPathsMap: { 'detail-job': '$.detail.job', 'detail-run-id': '$.detail.run.id' },
            InputTemplate: '{"after-run":"<detail-job>/<detail-run-id>"}',
          },
        },
      ],
    });
  });
});
