import { describe, expect, it } from 'vitest';
import { functionEnvironments, parseEnvironment } from '../../lib/config/environment.ts';
import type { FunctionEnvironment } from '../../lib/config/environment.ts';

const GIVEN: FunctionEnvironment = { TABLE_NAME: 'flotilla', CONTROL_BUCKET: 'flotilla-control' };

describe('parseEnvironment', () => {
  it('fills in the defaults and lets other variables pass', () => {
    expect(parseEnvironment(functionEnvironments['sync-group'], { ...GIVEN, HOME: '/root', EMPTY: undefined })).toEqual({
      ...GIVEN,
      LOG_LEVEL: 'info',
      LOCK_LEASE_SECONDS: 120,
    });
  });

  it('reads what is given', () => {
    const given = {
      ...GIVEN,
      LOG_LEVEL: 'DEBUG',
      LOCK_LEASE_SECONDS: '30',
      EVENT_BUS_NAME: 'flotilla',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9000',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:8000',
      AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://127.0.0.1:8001',
    };
    expect(parseEnvironment(functionEnvironments['finish-run'], given)).toEqual({
      ...given,
      LOG_LEVEL: 'debug',
      LOCK_LEASE_SECONDS: 30,
    });
  });

  it('lists everything that is wrong', () => {
    const wrong = {
      TABLE_NAME: '',
      LOG_LEVEL: 'loud',
      LOCK_LEASE_SECONDS: '0',
      EVENT_BUS_NAME: '',
      AWS_ENDPOINT_URL_S3: 'localhost:9000',
    };
    expect(() => parseEnvironment(functionEnvironments['finish-run'], wrong)).toThrow(
      expect.objectContaining({
        code: 'ENVIRONMENT_INVALID',
        message: [
          "the function's environment variables cannot be used: 6 faults",
          '  TABLE_NAME  "" is empty; give the name',
          '  CONTROL_BUCKET  is missing; add it: The bucket for plans and reports',
          '  LOG_LEVEL  "loud" is not known here; wanted trace, debug, info, warn, error, critical or silent',
          '  LOCK_LEASE_SECONDS  "0" is no number of seconds; write a whole number from 1 to 99999',
          '  AWS_ENDPOINT_URL_S3  "localhost:9000" has no scheme; write https:// before it',
          '  EVENT_BUS_NAME  "" is empty; give the name',
        ].join('\n'),
      }),
    );
  });
});
