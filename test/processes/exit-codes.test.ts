import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CliEnd } from '../support/cli-process.ts';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { readObjects, smallSource, type SmallSource } from '../support/source.ts';

const ESCAPE = '\u001b';
const SCHEMA = join(import.meta.dirname, '../../docs/report.schema.json');
const reportSchema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA, 'utf8')) as Parameters<typeof z.fromJSONSchema>[0]);

describe('flotilla run, in a process of its own', () => {
  let world: CliWorld;
  let source: SmallSource;
  let first: CliEnd;

  beforeAll(async () => {
    world = await openCliWorld();
    source = smallSource(world.openSource());
    await source.addNight();
    first = await world.run(['run', 'daily', '--json', 'report.json', '--scheduled-time', '2026-11-21T01:00:00Z']);
  });
  afterAll(() => world.close());

  const expectReport = async (file: string) => {
    const report = await world.readReport(file);
    const checked = reportSchema.safeParse(report);
    expect(checked.error?.issues ?? []).toEqual([]);
    return report;
  };

  describe('ends with 0 when all is copied', () => {
    it('and the copy is the source, byte for byte', () => {
      expect(first).toMatchObject({ code: 0, signal: null });
      expect(world.differences()).toEqual([]);
    });

    it('and says in PBS words what was done, and where the report is', () => {
      const lines = first.stdout.trimEnd().split('\n');
      expect(lines[0]).toMatch(/^Summary: synced 2\.\d+ MiB in 88 chunks, 6 new snapshots \(average rate: .+\/s\)$/);
      expect(lines[1]).toMatch(
        /^Summary: \d+ references? to chunks that the target had \(.+ not moved\), 89 objects verified on the way$/,
      );
      expect(lines[2]).toMatch(/^done in .+: 6 snapshots copied, 2\.\d+ MiB written \(6 of 6 groups done\)$/);
      const page = /^Report: (.+)$/.exec(lines[3] ?? '')?.[1] ?? '';
      expect(existsSync(page) && readFileSync(page, 'utf8')).toContain('daily');
      expect(first.stderr).toMatch(/^\d{4}-\S+Z \[prod\/db\/host\/pg1\]: 2026-11-01T04:00:00Z: sync done$/m);
    });

    it('and writes no colours and no live lines into pipes', () => {
      expect(first.stdout + first.stderr).not.toContain(ESCAPE);
    });

    it('and the report for machines is what its schema says', async () => {
      expect(await expectReport('report.json')).toMatchObject({ job: 'daily', state: 'ok', snapshots: { copied: 6 } });
    });
  });

  it('ends with 3 when another run serves the tick', async () => {
    const args = ['run', 'daily', '--json', 'skipped.json', '--scheduled-time', '2026-11-21T01:00:00Z'];
    const { code, stdout } = await world.run(args);
    expect(code).toBe(3);
    expect(stdout).toContain('skipped: another execution serves the tick 2026-11-21T01:00:00Z');
    expect(stdout).not.toContain('found no new data');
    expect(await expectReport('skipped.json')).toMatchObject({ state: 'skipped' });
  });

  it('ends with 3 when nothing was backed up that is not copied', async () => {
    const { code, stderr } = await world.run(['run', 'daily', '--pending-only']);
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('RUN_NOT_NEEDED') as string });
    expect(stderr).toContain('no backup was written that another run has not taken up');
  });

  it('ends with 1 when a snapshot cannot be copied, and names it', async () => {
    await source.addOne();
    const [before, after] = [
      readObjects(world.bucketFolder('target'), 'main'),
      readObjects(world.bucketFolder('source'), 'main'),
    ];
    const chunk = [...after.keys()].find((key) => key.startsWith('.chunks/') && !before.has(key))!;
    rmSync(join(world.bucketFolder('source'), 'main', chunk));
    const { code, stdout } = await world.run(['run', 'daily', '--json', 'errors.json']);
    expect(code).toBe(1);
    const digest = chunk.split('/').at(-1)!;
    expect(stdout).toMatch(
      new RegExp(
        `^CHUNK_MISSING: vm/100/.+/drive-scsi0.img.fidx needs chunk ${digest}, which the source does not have; verify`,
        'm',
      ),
    );
    expect(stdout).toMatch(
      /^done with errors in .+: 25\.\d KiB written \(0 of 1 group done\); 1 snapshot failed; 1 group with errors$/m,
    );
    expect(await expectReport('errors.json')).toMatchObject({ state: 'errors', failures: [{ code: 'CHUNK_MISSING', digest }] });
  });

  describe('ends with 2, before anything is started,', () => {
    it('when there is no such job, and names the nearest', async () => {
      const { code, stdout, stderr } = await world.run(['run', 'dayly']);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toBe('JOB_UNKNOWN: there is no job "dayly"; the configuration has daily, weekly: did you mean daily?\n');
    });

    it('when options are wrong, and lists all of them', async () => {
      const { code, stderr } = await world.run([
        'run',
        'daily',
        '--worker-threads',
        'many',
        '--transfer-mode',
        'teleport',
        '--dry-run',
        'maybe',
      ]);
      expect(code).toBe(2);
      expect(stderr).toContain('OVERRIDES_INVALID: the options for this run of job daily cannot be used: 3 faults');
      expect(stderr).toMatch(/^ {2}worker-threads {2}"many" is text; wanted a whole number from 1 to 1000$/m);
      expect(stderr).toMatch(/^ {2}transfer-mode {2}"teleport" is not known here; wanted relay, copy or auto$/m);
      expect(stderr).toMatch(/^ {2}dry-run {2}"maybe" is text; wanted true or false$/m);
    });

    it('when a flag is mistyped, and says which was meant', async () => {
      const { code, stderr } = await world.run(['run', 'daily', '--wroker-threads', '2']);
      expect(code).toBe(2);
      expect(stderr).toContain('Did you mean --worker-threads?');
    });

    it('when the configuration is broken, with the very text that the documentation shows', async () => {
      const docs = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8').split(
        '## When something is wrong',
      )[1]!;
      const [, config = ''] = /```yaml\n([\s\S]+?)```/.exec(docs) ?? [];
      const [, said = ''] = /```text\n([\s\S]+?)```/.exec(docs) ?? [];
      await world.writeConfig('broken.yaml', config);
      const { code, stderr } = await world.run(['run', 'daily-offsite', '--config', 'broken.yaml']);
      expect(code).toBe(2);
      expect(stderr).toBe(`CONFIG_INVALID: ${said.replaceAll('flotilla.yaml', 'broken.yaml')}`);
      expect(existsSync(join(world.folder, '.flotilla', 'broken'))).toBe(false);
    });
  });

  it('ends with 2 when keys are missing, and says which variables to set', async () => {
    const { code, stdout } = await world.run(['run', 'weekly', '--json', 'failed.json'], { env: { TEST_SECRET_ACCESS_KEY: '' } });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^CREDENTIALS_MISSING: .+TEST_ACCESS_KEY_ID and TEST_SECRET_ACCESS_KEY$/m);
    expect(stdout).toMatch(/^failed after /m);
    expect(stdout).not.toContain('at ');
    expect(await expectReport('failed.json')).toMatchObject({ state: 'failed' });
  });
});
