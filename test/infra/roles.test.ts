import { describe, expect, it } from 'vitest';
import { LAYOUTS } from '../../lib/datastore/location.ts';
import { REMOVABLE } from '../../lib/infra/datastore-access.ts';
import { layoutOf } from '../../lib/layouts/layouts.ts';
import { runFolder } from '../../lib/sync/run-files.ts';
import { makeJob } from './job-document.ts';
import { ofType, synthesizeStacks } from './synthesize.ts';
import type { Resources } from './synthesize.ts';

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** One action on one resource that a function's role allows. */
interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly condition: unknown;
}

describe('the roles of a job', () => {
  const { job } = synthesizeStacks();

  it('let remove-vanished alone delete objects, and only metadata of the target', () => {
    const deleting = [...permissionsByFunction(job)].flatMap(([name, permissions]) =>
      permissions
        .filter(({ action }) => action.startsWith('s3:Delete'))
        .map(({ action, resource }) => ({ name, action, resource })),
    );
    expect(deleting).toEqual([
      { name: 'RemoveVanished', action: 's3:DeleteObject', resource: 'arn:<AWS::Partition>:s3:::pbs-offsite/copy/.cnt/*' },
    ]);
  });

  it('let sync-group alone write objects, and only below the target prefix', () => {
    const writing = [...permissionsByFunction(job)].flatMap(([name, permissions]) =>
      permissions
        .filter(({ action, resource }) => action === 's3:PutObject' && resource.includes('pbs-'))
        .map(({ resource }) => ({ name, resource })),
    );
    expect(writing).toEqual([{ name: 'SyncGroup', resource: 'arn:<AWS::Partition>:s3:::pbs-offsite/copy/*' }]);
  });

  it('list the two datastores below their prefixes only, and what their runs left', () => {
    const lists = permissionsOf(job, 'SyncGroup').filter(({ action }) => action === 's3:ListBucket');
    const ofDatastores = lists.filter(({ resource }) => !resource.includes('ControlBucket'));
    expect(lists.length - ofDatastores.length).toBe(1);
    expect(ofDatastores).toEqual([
      {
        action: 's3:ListBucket',
        resource: 'arn:<AWS::Partition>:s3:::pbs-main',
        condition: { StringLikeIfExists: { 's3:prefix': 'main/*' } },
      },
      {
        action: 's3:ListBucket',
        resource: 'arn:<AWS::Partition>:s3:::pbs-offsite',
        condition: { StringLikeIfExists: { 's3:prefix': 'copy/*' } },
      },
    ]);
  });

  it('reach nothing in the control bucket but what runs of the same job left there', () => {
    const run = { job: 'daily-offsite', id: 'a', startedAt: '2026-01-01T00:00:00.000Z' };
    const control = [...permissionsByFunction(job).values()].flat().filter(({ resource }) => resource.includes('ControlBucket'));
    const objects = control.filter(({ action }) => action !== 's3:ListBucket');
    expect(new Set(objects.map(({ action }) => action))).toEqual(new Set(['s3:GetObject', 's3:PutObject']));
    for (const { resource } of objects) expect(resource).toMatch(/\/runs\/daily-offsite\/\*$/);
    expect(runFolder(run)).toMatch(/^runs\/daily-offsite\//);
  });

  it.each(LAYOUTS)('take for removable what the layout %s takes for metadata', (name) => {
    expect(REMOVABLE[name]).toBe(layoutOf(name).metadataPrefix(''));
  });

  it.each(['https://s3.eu-central-1.amazonaws.com', 'https://s3.dualstack.eu-central-1.amazonaws.com/'])(
    'are the same when AWS is written out as %s',
    (endpoint) => {
      const written = synthesizeStacks(makeJob({ source: `endpoint: "${endpoint}"`, target: `endpoint: "${endpoint}"` }));
      expect([...permissionsByFunction(written.job)]).toEqual([...permissionsByFunction(job)]);
    },
  );

  it('give finish-run no datastore', () => {
    expect(permissionsOf(job, 'FinishRun').filter(({ resource }) => resource.includes('pbs-'))).toEqual([]);
  });

  it('have no wildcard in an action, and the resource * only for X-Ray', () => {
    const all = [...permissionsByFunction(job).values()].flat();
    expect(all.filter(({ action }) => action.includes('*'))).toEqual([]);
    expect(new Set(all.filter(({ resource }) => resource === '*').map(({ action }) => action))).toEqual(
      new Set(['xray:PutTelemetryRecords', 'xray:PutTraceSegments']),
    );
  });

  it('let the machine call every version of the four functions, for runs that began before a deploy', () => {
    const invoked = permissionsOf(job, 'MachineStateMachine').filter(({ action }) => action === 'lambda:InvokeFunction');
    expect(invoked.filter(({ resource }) => resource.endsWith('.Arn>:*'))).toHaveLength(4);
  });
});

describe('the roles of a job with credentials of its own', () => {
  it('reach the datastore by its secret, named or by ARN, and not by themselves', () => {
    const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:main-AbCdEf';
    const { job } = synthesizeStacks(
      makeJob({
        source: `credentials: "secret:${arn}"`,
        target: 'endpoint: "https://s3.example.com", credentials: "secret:flotilla/offsite"',
      }),
    );
    const permissions = permissionsOf(job, 'SyncGroup');
    expect(permissions.filter(({ resource }) => resource.includes('pbs-'))).toEqual([]);
    expect(permissions.filter(({ action }) => action.startsWith('secretsmanager:'))).toEqual([
      { action: 'secretsmanager:GetSecretValue', resource: arn, condition: undefined },
      {
        action: 'secretsmanager:GetSecretValue',
        resource: 'arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:flotilla/offsite-??????',
        condition: undefined,
      },
    ]);
  });

  it('reach a secret whose ARN lacks the six characters that end it', () => {
    const arn = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:flotilla/main';
    const { job } = synthesizeStacks(makeJob({ source: `credentials: "secret:${arn}"` }));
    const permissions = permissionsOf(job, 'SyncGroup').filter(({ action }) => action.startsWith('secretsmanager:'));
    expect(permissions.map(({ resource }) => resource)).toEqual([`${arn}-??????`]);
  });
});

function permissionsByFunction(resources: Resources): Map<string, readonly Permission[]> {
  const names = ['StartRun', 'SyncGroup', 'RemoveVanished', 'FinishRun', 'WatchFunction'];
  return new Map(names.map((name) => [name, permissionsOf(resources, name)]));
}

/** What the policies of one role allow, action by action. */
function permissionsOf(resources: Resources, name: string): readonly Permission[] {
  const policies = ofType(resources, 'AWS::IAM::Policy').filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(`SyncJob${name}Role`),
  );
  const statements = policies.flatMap(({ Properties }) => (Properties.PolicyDocument as { Statement: Statement[] }).Statement);
  return statements.flatMap(({ Action, Resource, Condition }) =>
    [Action]
      .flat()
      .flatMap((action) => [Resource].flat().map((resource) => ({ action, resource: spellOut(resource), condition: Condition }))),
  );
}

function spellOut(value: unknown): string {
  if (typeof value === 'string') return value;
  const { Ref, ...rest } = value as { Ref?: string; 'Fn::Join'?: [string, unknown[]]; 'Fn::GetAtt'?: string[] };
  if (Ref !== undefined) return `<${Ref}>`;
  if (rest['Fn::GetAtt'] !== undefined) return `<${rest['Fn::GetAtt'].join('.')}>`;
  if (rest['Fn::Join'] !== undefined) return rest['Fn::Join'][1].map(spellOut).join('');
  return JSON.stringify(value);
}
