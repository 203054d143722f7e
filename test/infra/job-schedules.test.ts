import { describe, expect, it } from 'vitest';
import { makeJob } from './job-document.ts';
import { below, ofType, synthesizeStacks } from './synthesize.ts';

interface ScheduleProperties {
  readonly ScheduleExpression: string;
  readonly ScheduleExpressionTimezone: string;
  readonly Target: { readonly Input: string };
}

const schedulesWith = (lines: string) => {
  const { job } = synthesizeStacks(makeJob({ job: lines }));
  return {
    job,
    schedules: ofType(below(job, 'Schedules'), 'AWS::Scheduler::Schedule').map(
      ({ Properties }) => Properties as unknown as ScheduleProperties,
    ),
  };
};

describe('the schedules of a job', () => {
  it('start its machine with the tick, at its times in its zone, and keep trying for a day', () => {
    const { schedules } = schedulesWith('schedule: mon..fri 22:30, timezone: Europe/Berlin, jitter: 10m');
    expect(schedules).toEqual([
      {
        Description: 'main: at 22:30 on Monday to Friday, Europe/Berlin, up to 10m later',
        FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 10 },
        ScheduleExpression: 'cron(30 22 ? * 2-6 *)',
        ScheduleExpressionTimezone: 'Europe/Berlin',
        State: 'ENABLED',
        Target: {
          Arn: { Ref: expect.stringContaining('Machine') as string },
          DeadLetterConfig: { Arn: expect.anything() as unknown },
          Input: '{"scheduled-time":"<aws.scheduler.scheduled-time>","schedule-name":"main"}',
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          RoleArn: expect.anything() as unknown,
        },
      },
    ]);
  });

  it('are one for each expression of each of them, with its overrides', () => {
    const { schedules } = schedulesWith(
      'schedule: [{ every: 90m }, { name: full, at: sat 3:00, timezone: Asia/Tokyo, overrides: { resync-corrupt: true } }]',
    );
    expect(
      schedules.map(({ ScheduleExpression, ScheduleExpressionTimezone }) => [ScheduleExpression, ScheduleExpressionTimezone]),
    ).toEqual([
      ['cron(0 0,3,6,9,12,15,18,21 * * ? *)', 'UTC'],
      ['cron(30 1,4,7,10,13,16,19,22 * * ? *)', 'UTC'],
      ['cron(0 3 ? * 7 *)', 'Asia/Tokyo'],
    ]);
    expect(JSON.parse(schedules[2]?.Target.Input ?? '')).toEqual({
      ...{ 'resync-corrupt': true, 'schedule-name': 'full', 'scheduled-time': '<aws.scheduler.scheduled-time>' },
    });
  });

  it('may start this machine, write into their dead-letter queue and do nothing else', () => {
    const { job } = schedulesWith('schedule: daily');
    const [policy, ...others] = Object.entries(job).filter(
      ([id, { Type }]) => Type === 'AWS::IAM::Policy' && id.includes('Schedules'),
    );
    expect(others).toEqual([]);
    const { Statement } = policy?.[1].Properties['PolicyDocument'] as { Statement: { Action: unknown; Resource: unknown }[] };
    const allowed = Statement.flatMap(({ Action }) => Action as string | string[]);
    expect(new Set(allowed)).toEqual(
      new Set(['states:StartExecution', 'sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl']),
    );
    expect(JSON.stringify(Statement.map(({ Resource }) => Resource))).not.toContain('*');
  });

  it('tell the alarms when they could start nothing', () => {
    const { job } = schedulesWith('schedule: daily');
    const alarms = ofType(job, 'AWS::CloudWatch::Alarm').filter(({ Properties }) =>
      String(Properties['AlarmDescription']).includes('a schedule could not start a run'),
    );
    expect(alarms).toMatchObject([
      { Properties: { MetricName: 'ApproximateNumberOfMessagesVisible', AlarmActions: [expect.anything()] } },
    ]);
  });

  it('are none without one', () => {
    const { job } = schedulesWith('');
    expect(below(job, 'Schedules')).toEqual({});
  });
});
