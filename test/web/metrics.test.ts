import { describe, expect, it } from 'vitest';
import { TransientError } from '../../lib/errors.ts';
import manifest from '../../package.json' with { type: 'json' };
import { readExposition } from '../support/read-exposition.ts';
import { memoryWorld, visit } from './memory-world.ts';

const PASSWORD = 'a long enough password';

describe('/metrics', () => {
  it('has the metrics of all jobs as Prometheus reads them, and the version of what serves them', async () => {
    const { ask } = await visit(memoryWorld());
    const { status, headers, text } = await ask('/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const families = readExposition(text);
    const jobs = families.get('flotilla_missing_snapshots')?.samples.map(({ labels }) => labels.get('job'));
    expect(jobs).toEqual(['nightly', 'weekly']);
    expect(families.get('flotilla_build_info')?.samples[0]?.labels.get('version')).toBe(manifest.version);
  });

  it('wants the password where there is one, whatever name comes with it', async () => {
    const { ask } = await visit({ ...memoryWorld(), password: PASSWORD });
    expect((await ask('/metrics')).status).toBe(401);
    const authorization = `Basic ${Buffer.from(`prometheus:${PASSWORD}`).toString('base64')}`;
    expect((await ask('/metrics', { headers: { authorization } })).status).toBe(200);
  });

  it('is no success without values while the table cannot be reached, so that Prometheus knows', async () => {
    const statuses = (): Promise<never> => Promise.reject(new TransientError('TABLE_UNREACHABLE', 'the table cannot be reached'));
    const { ask } = await visit(memoryWorld({ statuses }));
    expect((await ask('/metrics')).status).toBeGreaterThanOrEqual(500);
  });
});
