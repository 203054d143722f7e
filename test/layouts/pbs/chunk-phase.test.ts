import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Transfer } from '../../../lib/datastore/layout.ts';
import type { GetOptions, StoredObject } from '../../../lib/datastore/object-store.ts';
import { encodeFixedIndex } from '../../../lib/layouts/pbs/archive-index.ts';
import { encodeBlob, encryptBlob } from '../../../lib/layouts/pbs/data-blob.ts';
import { deriveCryptKey } from '../../../lib/layouts/pbs/crypt-key.ts';
import { chunkKey } from '../../../lib/layouts/pbs/keys.ts';
import { encodeManifest } from '../../../lib/layouts/pbs/manifest.ts';
import { pbsLayout } from '../../../lib/layouts/pbs/layout.ts';
import { listGroup } from '../../../lib/sync/list-groups.ts';
import { MemoryObjectStore } from '../../support/memory-object-store.ts';
import { day, nameOf } from '../../support/sample-store.ts';

const GROUP = { namespace: '', name: 'vm/100' };
const FOLDER = `.cnt/vm/100/${nameOf(1)}`;
const INDEX = 'drive-scsi0.img.fidx';
const CONTENT = Buffer.alloc(4096, 'content');
const DIGEST = createHash('sha256').update(CONTENT).digest();
/** More than the 130,944 of the first piece of an index, 4 MiB less its header. */
const REFERENCES = 140_000;

/** An archive of so many chunks, all the same. */
async function archiveOf(references: number, cryptMode: 'none' | 'encrypt' = 'none'): Promise<MemoryObjectStore> {
  const source = new MemoryObjectStore();
  const chunks = Array.from({ length: references }, () => ({ digest: DIGEST, size: CONTENT.length }));
  const index = encodeFixedIndex(chunks, CONTENT.length, { uuid: Buffer.alloc(16), ctime: day(1) });
  const file = { name: INDEX, checksum: index.subarray(32, 64).toString('hex'), size: references * CONTENT.length, cryptMode };
  await source.put(`${FOLDER}/${INDEX}`, index);
  await source.put(
    `${FOLDER}/index.json.blob`,
    encodeManifest({ type: 'vm', id: '100', time: day(1), files: [file], unprotected: {} }),
  );
  return source;
}

/** The chunks' transfers, as far as they can be read; `happens` before each read of the index. */
async function chunks(source: MemoryObjectStore, happens: (reads: GetOptions[]) => void = () => undefined) {
  const [snapshot] = (await listGroup(source, pbsLayout, GROUP)).snapshots;
  const reads: GetOptions[] = [];
  const get = async (key: string, options: GetOptions = {}): Promise<StoredObject | undefined> => {
    if (key.endsWith('.fidx')) {
      reads.push(options);
      happens(reads);
    }
    return source.get(key, options);
  };
  const reader = { get, head: source.head.bind(source), list: source.list.bind(source) };
  const target = new MemoryObjectStore();
  const open = { group: GROUP, targetGroup: GROUP, snapshot: snapshot!, existing: undefined, source: reader, target };
  const opened = await pbsLayout.openSnapshot(open);
  const found: Transfer[] = [];
  let error: unknown;
  try {
    for await (const transfer of opened!.phases[0]!.transfers()) found.push(transfer);
  } catch (reason) {
    error = reason;
  }
  return { found, error, reads, opened: opened! };
}

describe('the chunk phase', () => {
  it('reads a large index in pieces of one version and keeps none of it', async () => {
    const { found, error, reads, opened } = await chunks(await archiveOf(REFERENCES));
    expect([error, found.length]).toEqual([undefined, REFERENCES]);
    const size = 4096 + 32 * REFERENCES;
    expect(reads.map(({ range }) => range)).toEqual([
      { offset: 0, length: 4_194_304 },
      { offset: 4_194_304, length: size - 4_194_304 },
    ]);
    expect(new Set(reads.map(({ ifMatch }) => ifMatch)).size).toBe(1);
    const [index] = await Array.fromAsync(opened.phases[1]!.transfers());
    expect([index!.body, index!.size]).toEqual([undefined, size]);
  });

  it('names each chunk by its archive and its digest', async () => {
    const { found } = await chunks(await archiveOf(1));
    const [first] = found;
    const hex = DIGEST.toString('hex');
    expect(first).toMatchObject({ sourceKey: chunkKey(DIGEST), targetKey: chunkKey(DIGEST), digest: DIGEST });
    expect(first!.title).toBe(`chunk ${hex} of vm/100/${nameOf(1)}/${INDEX}`);
    const context = { namespace: '', group: 'vm/100', snapshot: nameOf(1), archive: INDEX, digest: hex };
    expect(await first!.absent()).toMatchObject({ code: 'CHUNK_MISSING', context });
    first!.verify!(encodeBlob(CONTENT));
    const wrong = encodeBlob(Buffer.alloc(4096, 'other'));
    expect(() => first!.verify!(wrong)).toThrow(expect.objectContaining({ code: 'CHUNK_DIGEST_MISMATCH', context }));
  });

  it('wants the chunks of an encrypted archive encrypted, and no others', async () => {
    const key = deriveCryptKey(Buffer.alloc(32, 7));
    const encrypted = encryptBlob(CONTENT, key, {});
    const plain = (await chunks(await archiveOf(1))).found[0]!;
    const secret = (await chunks(await archiveOf(1, 'encrypt'))).found[0]!;
    secret.verify!(encrypted);
    const mismatch = expect.objectContaining({ code: 'CHUNK_CRYPT_MODE_MISMATCH' }) as Error;
    expect(() => secret.verify!(encodeBlob(CONTENT))).toThrow(mismatch);
    expect(() => plain.verify!(encrypted)).toThrow(mismatch);
  });

  it('fails when the index goes away, or becomes another, between two pieces of it', async () => {
    const gone = await archiveOf(REFERENCES);
    const vanishing = await chunks(gone, (reads) => {
      if (reads.length === 2) gone.objects.delete(`${FOLDER}/${INDEX}`);
    });
    expect(vanishing.error).toMatchObject({ code: 'ARCHIVE_MISSING', context: { archive: INDEX } });

    const other = await archiveOf(REFERENCES);
    const replaced = await chunks(other, (reads) => {
      const object = other.objects.get(`${FOLDER}/${INDEX}`)!;
      if (reads.length === 2) other.objects.set(`${FOLDER}/${INDEX}`, { ...object, etag: 'another' });
    });
    expect(replaced.error).toMatchObject({ code: 'SOURCE_CHANGED' });
  });

  it('fails when the index is whole but not the one that the manifest means', async () => {
    const source = await archiveOf(2);
    const chunk = { digest: DIGEST, size: 4096 };
    await source.put(`${FOLDER}/${INDEX}`, encodeFixedIndex([chunk], 4096, { uuid: Buffer.alloc(16), ctime: day(1) }));
    const { error, found } = await chunks(source);
    expect(error).toMatchObject({ code: 'ARCHIVE_CHECKSUM_MISMATCH', context: { archive: INDEX } });
    expect(found).toHaveLength(1);
  });

  it('fails at an index that is no index, with the archive named', async () => {
    const source = await archiveOf(2);
    await source.put(`${FOLDER}/${INDEX}`, Buffer.alloc(5000));
    expect((await chunks(source)).error).toMatchObject({
      code: 'INDEX_INVALID',
      context: { archive: INDEX, snapshot: nameOf(1) },
    });
  });
});
