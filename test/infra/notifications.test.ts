import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { FlotillaStack } from '../../lib/infra/flotilla-stack.ts';
import { FILE, parse } from '../config/sample.ts';
import { makeApp, ofType, type Resources } from './synthesize.ts';

const TARGETS = `
    - { id: mail, type: email, to: [a@example.com, b@example.com] }
    - { id: topic, type: sns, topic: 'arn:aws:sns:eu-central-1:111122223333:backups' }
    - { id: ops, type: webhook, url: 'https://ops.example.com/', secrets: { token: 'secret:flotilla/ops#token' }, signing-secret: 'secret:flotilla/sign' }
    - { id: off, type: slack, webhook-url: 'secret:flotilla/slack', disable: true }
`;

function stackOf(targets: string) {
  const { notify } = parse(`${FILE}notify:\n  targets:${targets}`);
  const app = makeApp({ builtinCloudFormationValidation: false });
  return { app, notify, stack: new FlotillaStack(app, { notify }) };
}

function resourcesOf(targets: string): Resources {
  return Template.fromStack(stackOf(targets).stack).toJSON()['Resources'] as Resources;
}

/** All that the roles of these resources may do, on what. */
function allowed(resources: Resources): { readonly Action: string | string[]; readonly Resource: unknown }[] {
  return ofType(resources, 'AWS::IAM::Policy').flatMap(
    ({ Properties }) => (Properties['PolicyDocument'] as { Statement: { Action: string; Resource: unknown }[] }).Statement,
  );
}

describe('notifications in AWS', () => {
  const resources = resourcesOf(TARGETS);
  const [fn] = ofType(resources, 'AWS::Lambda::Function');

  it('are nothing at all without targets, or with none that is at work', () => {
    for (const targets of [' []', " [{ id: off, type: slack, webhook-url: 'secret:x', disable: true }]"]) {
      const none = resourcesOf(targets);
      for (const type of ['AWS::Lambda::Function', 'AWS::Events::Rule', 'AWS::Scheduler::Schedule', 'AWS::SQS::Queue']) {
        expect(ofType(none, type), type).toEqual([]);
      }
    }
  });

  it('are one function on Node 24 and ARM, which all events of the bus call', () => {
    expect(ofType(resources, 'AWS::Lambda::Function')).toHaveLength(1);
    expect(fn!.Properties).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    const [rule] = ofType(resources, 'AWS::Events::Rule');
    expect(rule!.Properties).toMatchObject({ EventPattern: { source: ['flotilla'] } });
    expect(JSON.stringify(rule!.Properties['Targets'])).toContain('DeadLetterConfig');
  });

  it('sweep every five minutes', () => {
    const [schedule] = ofType(resources, 'AWS::Scheduler::Schedule');
    expect(schedule!.Properties).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', Target: { Input: '{"sweep":true}' } });
  });

  it('keep what could not be told, and alarm of it', () => {
    expect(ofType(resources, 'AWS::SQS::Queue')).toHaveLength(1);
    expect(JSON.stringify(ofType(resources, 'AWS::Lambda::EventInvokeConfig'))).toContain('OnFailure');
    expect(JSON.stringify(ofType(resources, 'AWS::CloudWatch::Alarm'))).toContain('something could not be told');
  });

  it('have a topic with its subscribers for each target of type email', () => {
    const subscriptions = ofType(resources, 'AWS::SNS::Subscription');
    expect(subscriptions.map(({ Properties }) => [Properties['Protocol'], Properties['Endpoint']])).toEqual([
      ['email', 'a@example.com'],
      ['email', 'b@example.com'],
    ]);
    const { Variables } = fn!.Properties['Environment'] as { Variables: Record<string, unknown> };
    expect(JSON.stringify(Variables['NOTIFY_TOPICS'])).toMatch(/\{\\"mail\\":\\"".*Ref/);
  });

  it('may publish to their topics, read their secrets and use the table, and no more', () => {
    const statements = allowed(resources);
    const actions = [...new Set(statements.flatMap(({ Action }) => Action))].sort();
    expect(actions).toEqual([
      ...['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query', 'dynamodb:UpdateItem'],
      ...['lambda:InvokeFunction', 'logs:CreateLogStream', 'logs:PutLogEvents', 'secretsmanager:GetSecretValue', 'sns:Publish'],
      ...['sqs:GetQueueAttributes', 'sqs:GetQueueUrl', 'sqs:SendMessage', 'xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
    ]);
    const of = (action: string) => JSON.stringify(statements.filter(({ Action }) => [Action].flat().includes(action)));
    expect(of('sns:Publish')).toContain('arn:aws:sns:eu-central-1:111122223333:backups');
    expect(of('sns:Publish')).not.toContain('"*"');
    for (const secret of ['flotilla/ops-??????', 'flotilla/sign-??????'])
      expect(of('secretsmanager:GetSecretValue')).toContain(secret);
    expect(of('secretsmanager:GetSecretValue')).not.toContain('slack');
  });

  it('take their configuration with them, in a file', () => {
    const { app, notify, stack } = stackOf(TARGETS);
    const [layer] = ofType(Template.fromStack(stack).toJSON()['Resources'] as Resources, 'AWS::Lambda::LayerVersion');
    expect(layer).toBeDefined();
    expect(JSON.parse(readFileSync(join(app.outdir, 'notify', 'notify.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(notify)),
    );
  });

  it('pass the AWS Solutions pack', () => {
    const { app } = stackOf(TARGETS);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('warn of a secret that a function cannot have', () => {
    const { stack } = stackOf(" [{ id: chat, type: slack, webhook-url: 'env:SLACK' }]");
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('target chat has a secret at "env:SLACK"'));
  });
});
