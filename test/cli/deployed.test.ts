import { afterEach, describe, expect, it } from 'vitest';
import { findDeployed } from '../../lib/cli/deployed.ts';
import { noSuchStack, startCloudFormation, type CloudFormation, type StackAnswer } from '../support/cloud-formation.ts';

describe('a deployed system', () => {
  let formation: CloudFormation | undefined;
  afterEach(() => formation?.close());

  const find = async (answer: StackAnswer, environment: Readonly<Record<string, string>> = {}) => {
    formation = await startCloudFormation(() => answer);
    return findDeployed('Flotilla', { environment: { ...formation.environment, ...environment } });
  };

  it('is found by what its stack says', async () => {
    const outputs = { Other: 'x', TableName: 'Flotilla-Table1', ControlBucketName: 'flotilla-control1' };
    const found = { table: 'Flotilla-Table1', controlBucket: 'flotilla-control1', region: 'eu-central-1' };
    expect(await find({ outputs })).toEqual(found);
    expect(formation?.asked).toEqual(['Flotilla']);
  });

  const refused = (status: number, code: string): StackAnswer => ({ status, code, message: 'no' });
  it.each<[string, StackAnswer, string]>([
    ['a stack that is not there', noSuchStack('Flotilla'), 'STACK_UNKNOWN'],
    ["a stack that is none of Flotilla's", { outputs: { TableName: 'a' } }, 'STACK_UNKNOWN'],
    ['keys that may not ask', refused(403, 'AccessDenied'), 'AWS_ACCESS_DENIED'],
    ['keys that nobody knows', refused(403, 'InvalidClientTokenId'), 'AWS_ACCESS_DENIED'],
    ['a session that is over', refused(400, 'ExpiredToken'), 'AWS_ACCESS_DENIED'],
  ])('says what to do about %s', async (_, answer, code) => {
    await expect(find(answer)).rejects.toMatchObject({ name: 'ConfigError', code });
  });

  it('that does not answer may do so another time', async () => {
    const environment = { AWS_ENDPOINT_URL_CLOUDFORMATION: 'http://127.0.0.1:9' };
    await expect(find({ outputs: {} }, environment)).rejects.toMatchObject({ name: 'TransientError', code: 'AWS_UNREACHABLE' });
  });
});
