import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CliEnd } from '../support/cli-process.ts';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { readObjects, smallSource } from '../support/source.ts';

const logLine = z.strictObject({
  level: z.enum(['INFO', 'WARN', 'ERROR']),
  timestamp: z.iso.datetime(),
  message: z.string().min(1),
  job: z.literal('daily'),
  run: z.string().regex(/^\d{8}T\d{9}Z-[0-9a-f]{8}$/),
  namespace: z.string().optional(),
  group: z
    .string()
    .regex(/^(vm|ct|host)\//)
    .optional(),
  snapshot: z.iso.datetime().optional(),
  archive: z.string().optional(),
});
type LogLine = z.infer<typeof logLine>;

const linesOf = (text: string): string[] => text.trimEnd().split('\n');
/** A group vanished, and more than this run may remove. */
const REFUSED = ['daily', '--remove-vanished', '--max-delete', '1'] as const;
const FOUR = ['--worker-threads', '4'] as const;

describe('what a run of four workers writes', () => {
  let world: CliWorld;
  let json: CliEnd;
  let lines: LogLine[];
  let text: CliEnd;
  let digest: string;

  beforeAll(async () => {
    world = await openCliWorld();
    const source = smallSource(world.openSource());
    await source.addNight();
    await source.addNight();
    json = await world.run(['run', 'daily', '--log-format', 'json', ...FOUR]);
    lines = linesOf(json.stderr).map((line) => logLine.parse(JSON.parse(line)));
    await source.addNight();
    digest = loseNewChunk();
    rmSync(join(world.bucketFolder('source'), 'main/.cnt/ct/201'), { recursive: true });
    text = await world.run(['run', ...REFUSED, ...FOUR]);
  });
  afterAll(() => world.close());

  /** Takes a chunk away that only backups of the last night need. */
  function loseNewChunk(): string {
    const copied = readObjects(world.bucketFolder('target'), 'main');
    const source = readObjects(world.bucketFolder('source'), 'main');
    const chunk = [...source.keys()].find((key) => key.startsWith('.chunks/') && !copied.has(key))!;
    rmSync(join(world.bucketFolder('source'), 'main', chunk));
    return chunk.split('/').at(-1)!;
  }

  describe('with --log-format json', () => {
    it('is one object a line with the run’s fields, and nothing else', () => {
      expect(json.code).toBe(0);
      expect(lines.length).toBeGreaterThan(60);
      expect(new Set(lines.map(({ run }) => run)).size).toBe(1);
      expect(lines.filter(({ group, namespace }) => group === undefined && namespace !== undefined)).toEqual([]);
    });

    it('names the snapshot, and where there is one the archive, in each line about them', () => {
      const unnamed = lines.filter(
        ({ message, snapshot, archive }) =>
          /^\d{4}-.*Z(:|\/)/.test(message) && (snapshot === undefined || (message.includes('/') && archive === undefined)),
      );
      expect(unnamed).toEqual([]);
      expect(lines.find(({ group, namespace }) => namespace === 'prod/db' && group === 'host/pg1')).toBeDefined();
    });

    it('keeps the order of the lines of one group, and the order of time over all', () => {
      const times = lines.map(({ timestamp }) => timestamp);
      expect(times).toEqual(times.toSorted());
      const ofGroup = lines.filter(({ namespace, group }) => namespace === undefined && group === 'vm/100');
      const steps = ofGroup.map(({ message }) => message.replace(/.*(start sync|sync done|snapshot \d\/\d).*/, '$1'));
      expect(steps.filter((step) => /^(start sync|sync done|snapshot \d\/\d)$/.test(step))).toEqual([
        ...['start sync', 'sync done', 'snapshot 1/2'],
        ...['start sync', 'sync done', 'snapshot 2/2'],
      ]);
    });

    it('still has its result as text, on the other stream', () => {
      expect(json.stdout).toMatch(/^(Summary: .+\n)+done in .+\nReport: .+\n$/);
    });
  });

  describe('as text on a pipe', () => {
    const errors = (): string[] => linesOf(text.stderr).filter((line) => line.includes('ERROR: '));

    it('has no colours and no live lines, and each line its time', () => {
      expect(text.stderr + text.stdout).not.toContain('\u001b');
      expect(linesOf(text.stderr).filter((line) => !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /.test(line))).toEqual([]);
    });

    it('keeps the lines of a group together, in their order', () => {
      const groups = linesOf(text.stderr).map((line) => /\[(.+)\]: /.exec(line)?.[1]);
      const runs = groups.filter((group, at) => group !== undefined && group !== groups[at - 1]);
      const lines = groups.filter((group) => group !== undefined);
      expect(lines.length / runs.length).toBeGreaterThan(2);
    });

    it('tells an error in one line from the outside in: what was done, to which thing, why, and what to do', () => {
      const [error] = errors();
      expect(error).toMatch(
        new RegExp(
          String.raw`\[(.+)\]: ERROR: (\S+Z): sync failed - \1/\2/\S+ needs chunk ${digest}, which the source does not have; verify`,
        ),
      );
    });

    it('says why the whole run failed, since the log may be all that cron keeps', () => {
      expect(errors()).toHaveLength(2);
      expect(errors()[1]).toMatch(
        /ERROR: sync job 'daily' failed - remove-vanished .+ nothing was removed: .+ more than max-delete allows \(1\)/,
      );
    });

    it('ends with what failed and what to do, and where to read more', () => {
      const out = linesOf(text.stdout);
      expect(out.slice(0, 2).map((line) => line.split(':')[0])).toEqual(['REMOVAL_REFUSED', 'CHUNK_MISSING']);
      expect(out.slice(2)).toEqual([expect.stringMatching(/^failed after /), expect.stringMatching(/^Report: /)]);
      expect(text.code).toBe(1);
    });

    it('and the plan shows what would go before it says the same', async () => {
      const { code, stdout, stderr } = await world.run(['plan', ...REFUSED]);
      expect([code, stdout.match(/^\[ct\/201\]: remove vanished /gm)?.length]).toEqual([1, 2]);
      expect(stderr).toMatch(/^REMOVAL_REFUSED: /);
    });
  });
});
