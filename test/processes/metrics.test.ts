import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { readExposition } from '../support/read-exposition.ts';
import { smallSource } from '../support/source.ts';

describe('the metrics file of a run', () => {
  let world: CliWorld;
  let file: string;
  const value = (metric: string): number | undefined =>
    readExposition(readFileSync(file, 'utf8'))
      .get(metric)
      ?.samples.find(({ labels }) => labels.get('job') === 'daily')?.value;

  beforeAll(async () => {
    world = await openCliWorld();
    file = join(world.folder, 'flotilla-daily.prom');
    await smallSource(world.openSource()).addNight();
  });
  afterAll(() => world.close());

  it('has what the run did, and nothing that a file of another job would have too', async () => {
    const { code } = await world.run(['run', 'daily', '--metrics', file]);
    expect(code).toBe(0);
    expect(value('flotilla_last_run_success')).toBe(1);
    expect(value('flotilla_lag_seconds')).toBe(0);
    expect(value('flotilla_lag_unknown')).toBe(0);
    expect(value('flotilla_missing_snapshots')).toBe(0);
    expect(value('flotilla_transferred_bytes_total')).toBe(value('pbs_sync_transferred_bytes'));
    expect(value('pbs_sync_transferred_bytes')).toBeGreaterThan(0);
    const families = readExposition(readFileSync(file, 'utf8'));
    for (const { samples } of families.values()) for (const { labels } of samples) expect(labels.get('job')).toBe('daily');
    expect(readdirSync(world.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('is written by a run that fails, too', async () => {
    const before = value('flotilla_last_run_timestamp_seconds') ?? Infinity;
    renameSync(world.bucketFolder('source'), `${world.bucketFolder('source')}-away`);
    const { code } = await world.run(['run', 'daily', '--metrics', file]);
    expect(code).not.toBe(0);
    expect(value('flotilla_last_run_success')).toBe(0);
    expect(value('flotilla_lag_unknown')).toBe(1);
    expect(value('flotilla_lag_seconds')).toBeGreaterThan(0);
    expect(value('flotilla_last_run_timestamp_seconds')).toBeGreaterThan(before);
  });

  it('that cannot be written is refused before anything runs', async () => {
    const nowhere = join(world.folder, 'nowhere', 'a.prom');
    const { code, stderr } = await world.run(['run', 'daily', '--metrics', nowhere]);
    expect(code).toBe(2);
    expect(stderr).toContain('give --metrics a file in a folder that this user may write to');
    expect(existsSync(join(world.folder, 'nowhere'))).toBe(false);
  });
});
