import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formatEntry } from '../../lib/cli/log-format.ts';

const PROGRAM = fileURLToPath(new URL('lambda-log.ts', import.meta.url));

/** Lines that the process of a function writes, as CloudWatch gets them. */
function written(environment: Readonly<Record<string, string>>): string[] {
  const { stdout, stderr, status } = spawnSync(process.execPath, [PROGRAM], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], AWS_LAMBDA_FUNCTION_NAME: 'sync-group', ...environment },
  });
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
  return `${stdout}${stderr}`.trimEnd().split('\n');
}

/** Fields that only a Lambda has. */
const OF_LAMBDA = ['service', 'sampling_rate', 'xray_trace_id'];

describe('the log of a Lambda', () => {
  const usual = written({});

  it('is one JSON object a line with run, job, namespace, group, snapshot and archive as fields', () => {
    const lines = usual.map((line) => JSON.parse(line) as Record<string, unknown>);
    const run = { job: 'daily', run: 'run-1', service: 'flotilla' };
    const at = { namespace: 'prod', group: 'vm/100', snapshot: '2025-11-01T08:00:00Z', archive: 'drive-scsi0.img.fidx' };
    expect(lines).toHaveLength(4);
    const byMessage = new Map(lines.map((line) => [line['message'], line]));
    expect(byMessage.get('Starting datastore sync job')).toMatchObject({ level: 'INFO', ...run });
    expect(byMessage.get('start sync')).toMatchObject({ ...run, group: 'vm/100', snapshot: '2025-11-01T08:00:00Z' });
    expect(byMessage.get('damaged\nfor\tlong')).toMatchObject({ level: 'WARN', ...run, ...at });
    expect(byMessage.get('sync failed - why')).toMatchObject({ level: 'ERROR', ...run, ...at });
  });

  it('names no group in a line about the whole run', () => {
    const line = usual.find((each) => each.includes('Starting'))!;
    expect(Object.keys(JSON.parse(line) as object)).not.toContain('group');
  });

  it('has what the command line’s --log-format json has, the root namespace left out in both', () => {
    const common = (line: string): object => {
      const fields = Object.entries(JSON.parse(line) as object).filter(([name]) => !OF_LAMBDA.includes(name));
      return Object.fromEntries(fields.map(([name, value]) => [name, name === 'timestamp' ? typeof value : (value as unknown)]));
    };
    const entry = { time: 0, fields: { job: 'daily', run: 'run-1' } };
    const style = { format: 'json', colour: false, timestamps: false } as const;
    const place = { group: 'vm/100', snapshot: '2025-11-01T08:00:00Z' };
    const expected = [
      { level: 'info', message: 'start sync', at: { namespace: '', ...place } },
      { level: 'error', message: 'sync failed - why', at: { namespace: 'prod', ...place, archive: 'drive-scsi0.img.fidx' } },
    ] as const;
    const lines = usual.filter((line) => expected.some(({ message }) => line.includes(message)));
    expect(lines.map(common)).toEqual(
      expect.arrayContaining(expected.map((each) => common(formatEntry({ ...entry, ...each }, style)))),
    );
  });

  it('is as long as its LOG_LEVEL says', () => {
    expect(written({ LOG_LEVEL: 'ERROR' })).toHaveLength(1);
  });
});
