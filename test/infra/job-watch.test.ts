import { describe, expect, it } from 'vitest';
import { JobStack } from '../../lib/infra/job-stack.ts';
import { FlotillaStack } from '../../lib/infra/flotilla-stack.ts';
import { makeJob } from './job-document.ts';
import { makeApp, ofType, synthesizeStacks, type Resources } from './synthesize.ts';

const watchOf = (resources: Resources): Record<string, unknown> | undefined =>
  ofType(resources, 'AWS::Lambda::Function').find(({ Properties }) => String(Properties['Description']).includes('stands'))
    ?.Properties;

describe('the watch of a job', () => {
  const { job } = synthesizeStacks();

  it('is called every quarter of an hour from its deploy on, with the job, and tries no longer than that', () => {
    const schedules = ofType(job, 'AWS::Scheduler::Schedule').map(({ Properties }) => Properties);
    expect(schedules).toMatchObject([
      {
        ScheduleExpression: 'rate(15 minutes)',
        FlexibleTimeWindow: { Mode: 'OFF' },
        Target: { RetryPolicy: { MaximumEventAgeInSeconds: 900 }, DeadLetterConfig: { Arn: expect.anything() as unknown } },
      },
    ]);
    expect(schedules[0]).not.toHaveProperty('StartDate');
    const { Input } = schedules[0]?.['Target'] as { Input: string };
    expect(JSON.parse(Input)).toEqual({ job: makeJob() });
  });

  it('may read and write the table, delete nothing there, tell the bus, and reach no bucket', () => {
    const actions = new Set(statementsOf(job, 'WatchFunctionRole').flatMap(({ Action }) => Action));
    expect([...actions].filter((action) => action.startsWith('dynamodb:')).toSorted()).toEqual([
      ...['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
    ]);
    expect(actions).toContain('events:PutEvents');
    expect([...actions].filter((action) => action.startsWith('s3:'))).toEqual([]);
  });

  it('is called by a role that can do nothing else than that', () => {
    const actions = new Set(statementsOf(job, 'WatchScheduleRole').flatMap(({ Action }) => Action));
    expect(actions).toEqual(new Set(['lambda:InvokeFunction', 'sqs:SendMessage', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl']));
  });

  it('measures groups one by one only where the settings say so', () => {
    expect(JSON.stringify(watchOf(job))).not.toContain('GROUP_METRICS');
    const app = makeApp({ builtinCloudFormationValidation: false });
    const stack = new JobStack(app, { job: makeJob(), shared: new FlotillaStack(app), groupMetrics: true });
    const { template } = app.synth().getStackByName(stack.stackName) as { template: { Resources: Resources } };
    expect(watchOf(template.Resources)).toMatchObject({ Environment: { Variables: { GROUP_METRICS: 'true' } } });
  });
});

function statementsOf(resources: Resources, role: string): readonly { readonly Action: readonly string[] }[] {
  const policies = ofType(resources, 'AWS::IAM::Policy').filter(({ Properties }) =>
    JSON.stringify(Properties['Roles']).includes(role),
  );
  return policies.flatMap(({ Properties }) =>
    (Properties['PolicyDocument'] as { Statement: { Action: string | string[] }[] }).Statement.map(({ Action }) => ({
      Action: [Action].flat(),
    })),
  );
}
