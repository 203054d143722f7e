import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { Execution } from '../support/cloud.ts';
import { findMissing } from '../support/commit-order.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { chunkPath, readIndex } from '../support/sample.ts';
import { differences, readObjects, smallSource, type SmallSource } from '../support/source.ts';

const ARCHIVE = 'drive-scsi0.img.fidx';
const GROUP = '.cnt/vm/100';

describe('a source snapshot with a damaged chunk', () => {
  let cloud: TestCloud;
  let job: JobDocument;
  let source: SmallSource;
  let bad: { readonly snapshot: string; readonly digest: string; readonly file: string; readonly bytes: Buffer };
  let first: Execution;

  beforeAll(async () => {
    cloud = await startTestCloud();
    const [from, to] = [cloud.location('source', 'main'), cloud.location('target', 'main')];
    source = smallSource(cloud.open(from));
    job = cloud.job(from, to, { 'remove-vanished': true });
    await source.addNight();
    await source.addNight();
    bad = damageFirstSnapshot();
    first = await cloud.execute(job);
  });
  afterAll(() => cloud.close());

  const objects = (bucket: string) => readObjects(cloud.bucketFolder(bucket), 'main');

  /** Flips one bit of a chunk that only the first of two snapshots of a machine names. */
  function damageFirstSnapshot(): typeof bad {
    const all = objects('source');
    const indexes = [...all.keys()].filter((key) => key.startsWith(`${GROUP}/`) && key.endsWith(ARCHIVE));
    const [older, newer] = indexes.map((key) => readIndex(ARCHIVE, all.get(key)!).digests);
    const digest = older!.find((each) => !newer!.includes(each))!;
    const file = join(cloud.bucketFolder('source'), 'main', chunkPath(digest));
    const bytes = readFileSync(file);
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    writeFileSync(file, damaged);
    return { snapshot: indexes[0]!.split('/').at(-2)!, digest, file, bytes };
  }

  it('fails alone: all other snapshots arrive, the newer one of its group among them', () => {
    const expected = objects('source');
    for (const key of expected.keys()) if (key.startsWith(`${GROUP}/${bad.snapshot}/`)) expected.delete(key);
    const copy = objects('target');
    const missing = differences(expected, copy);
    expect(missing.filter((line) => !line.startsWith('.chunks/'))).toEqual([]);
    expect(missing).toContain(`${chunkPath(bad.digest)} is missing`);
    expect(findMissing(copy)).toEqual([]);
  });

  it('is named in the report with its archive and the digest', () => {
    const { report } = first;
    expect(report).toMatchObject({
      state: 'errors',
      groups: { planned: source.groups, ok: source.groups - 1, errors: 1, unfinished: 0 },
      snapshots: { copied: 2 * source.groups - 1, failed: 1 },
      failureCount: 1,
    });
    expect(report.failures[0]).toMatchObject({
      kind: 'DataError',
      group: 'vm/100',
      snapshot: bad.snapshot,
      archive: ARCHIVE,
      digest: bad.digest,
    });
    expect(report.failures[0]!.message).toContain(bad.digest);
  });

  it('fails the execution, with a message that tells what is wrong', () => {
    expect(first.outcome.status).toBe('FAILED');
    expect(first.outcome).toMatchObject({ cause: expect.stringContaining(bad.digest) as unknown });
  });

  it('is tried again by the next run, and is no news when it is still damaged', async () => {
    const { report } = await cloud.execute(job);
    expect(report).toMatchObject({ state: 'errors', groups: { planned: 1, errors: 1 }, snapshots: { copied: 0, failed: 1 } });
    expect(report.tally.target.put).toBe(0);
  });

  it('arrives with the next run once it is mended', async () => {
    writeFileSync(bad.file, bad.bytes);
    const { report, outcome } = await cloud.execute(job);
    expect(outcome.status).toBe('SUCCEEDED');
    expect(report).toMatchObject({ state: 'ok', snapshots: { copied: 1, failed: 0 } });
    expect(differences(objects('source'), objects('target'))).toEqual([]);
    expect((await cloud.execute(job)).report).toMatchObject({ state: 'ok', groups: { planned: 0 } });
  });
});
