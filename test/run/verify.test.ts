import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobDocument } from '../../lib/config/job-document.ts';
import type { ChunkRef } from '../../lib/layouts/pbs/archive-index.ts';
import { deriveCryptKey } from '../../lib/layouts/pbs/crypt-key.ts';
import { encodeBlob, encryptBlob } from '../../lib/layouts/pbs/data-blob.ts';
import { chunkKey } from '../../lib/layouts/pbs/keys.ts';
import type { S3Datastore } from '../../lib/s3/open-datastore.ts';
import type { Report } from '../../lib/sync/report/report.ts';
import { startTestCloud, type TestCloud } from '../support/cloud.ts';
import { differences, readObjects } from '../support/source.ts';
import { builderOf, flipBit, nameOf, vmOn } from '../support/sample-store.ts';

const KEY = deriveCryptKey(Buffer.alloc(32, 1));
const OTHER_KEY = deriveCryptKey(Buffer.alloc(32, 2));

type Harm = (source: S3Datastore, chunk: ChunkRef) => Promise<unknown>;

/** As long as it should be, with a CRC that is right: what a writer leaves that has taken one content for another. */
const swap: Harm = (source, { digest, size }) => source.put(chunkKey(digest), encodeBlob(Buffer.alloc(size, 'another')));
const swapLength: Harm = (source, { digest, size }) =>
  source.put(chunkKey(digest), encodeBlob(Buffer.alloc(size - 1, 'another'), { compress: false }));
const swapSealed: Harm = (source, { digest, size }) =>
  source.put(chunkKey(digest), encryptBlob(Buffer.alloc(size, 'another'), OTHER_KEY));
const flip: Harm = (source, { digest }) => flipBit(source, chunkKey(digest));

/** One machine each, and the code that says what is wrong with it; undefined: it is copied. */
const CASES: readonly { id: string; what: string; sealed?: boolean; harm?: Harm; crc?: string; full?: string }[] = [
  { id: '101', what: 'that is whole' },
  { id: '102', what: 'with another content and a CRC that is right', harm: swap, full: 'CHUNK_DIGEST_MISMATCH' },
  { id: '103', what: 'with a wrong CRC', harm: flip, crc: 'BLOB_CRC_MISMATCH', full: 'BLOB_CRC_MISMATCH' },
  {
    ...{ id: '104', what: 'that is not compressed and of another length', harm: swapLength },
    ...{ crc: 'CHUNK_SIZE_MISMATCH', full: 'CHUNK_DIGEST_MISMATCH' },
  },
  { id: '105', what: 'that is plain in an encrypted archive', sealed: true, harm: swap, ...both('CHUNK_CRYPT_MODE_MISMATCH') },
  { id: '106', what: 'that is encrypted, with another content and a CRC that is right', sealed: true, harm: swapSealed },
  { id: '107', what: 'that is encrypted, with a wrong CRC', sealed: true, harm: flip, ...both('BLOB_CRC_MISMATCH') },
];

function both(code: string) {
  return { crc: code, full: code };
}

describe('a chunk of the source', () => {
  let cloud: TestCloud;
  const harmed = new Map<string, ChunkRef>();
  const reports = new Map<string, Report>();

  beforeAll(async () => {
    cloud = await startTestCloud({ buckets: ['source', 'crc', 'full'] });
    const source = cloud.open(cloud.location('source', 'main'));
    const builder = builderOf(source);
    const whole = new Map<string, Buffer>();
    for (const { id, sealed, harm } of CASES) {
      const built = await builder.addSnapshot(
        vmOn(1, { id, ...(sealed === true && { key: KEY, cryptMode: 'encrypt' as const }) }),
      );
      const chunk = built.archives[0]!.chunks[1]!;
      harmed.set(id, chunk);
      whole.set(id, (await source.get(chunkKey(chunk.digest)))!.bytes);
      await harm?.(source, chunk);
    }
    for (const mode of ['crc', 'full'] as const) reports.set(mode, await cloud.run(jobTo(mode), { verify: mode }));
    for (const [id, bytes] of whole) await source.put(chunkKey(harmed.get(id)!.digest), bytes);
  });
  afterAll(() => cloud.close());

  const jobTo = (bucket: string): JobDocument =>
    cloud.job(cloud.location('source', 'main'), cloud.location(bucket, 'main'), { 'transfer-mode': 'relay' });
  const keysOf = (bucket: string): Map<string, Buffer> => readObjects(cloud.bucketFolder(bucket), 'main');

  describe.each(['crc', 'full'] as const)('with verify: %s', (mode) => {
    it.each(CASES)('$what', ({ id, [mode]: code }) => {
      const failure = reports.get(mode)!.failures.find(({ group }) => group === `vm/${id}`);
      expect(failure?.code).toBe(code);
      if (code !== undefined) expect(failure?.message).toContain(harmed.get(id)!.digest.toString('hex'));
      expect(keysOf(mode).has(`.cnt/vm/${id}/${nameOf(1)}/index.json.blob`)).toBe(code === undefined);
      expect(keysOf(mode).has(chunkKey(harmed.get(id)!.digest))).toBe(code === undefined);
    });

    it('ends the run with an error for each snapshot that is refused, and with the others copied', () => {
      const failed = CASES.filter(({ [mode]: code }) => code !== undefined).length;
      expect(reports.get(mode)).toMatchObject({
        ...{ state: 'errors', failureCount: failed },
        snapshots: { failed, copied: CASES.length - failed },
      });
    });
  });

  it('that went through stays as it is when the source is mended, though all is read in full from then on', async () => {
    const report = await cloud.run(jobTo('crc'), { verify: 'full' });
    expect(report).toMatchObject({ state: 'ok', snapshots: { failed: 0, copied: 4 } });
    const kept = ['102', '106'].map((id) => `${chunkKey(harmed.get(id)!.digest)} has other bytes`);
    expect(differences(keysOf('source'), keysOf('crc')).toSorted()).toEqual(kept.toSorted());
  });
});
