import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startUpload } from './upload.ts';
import { patternBytes, refusal, refusalStatus } from './workbench.ts';
import type { Workbench } from './workbench.ts';

/** The check value of each algorithm is that of the nine digits (RFC 1952, RFC 3720, the NVMe command set specification, FIPS 180). */
const NINE = '123456789';
const CHECKSUMS = [
  ['ChecksumCRC32', 'cbf43926'],
  ['ChecksumCRC32C', 'e3069283'],
  ['ChecksumCRC64NVME', 'ae8b14860a799888'],
  ['ChecksumSHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
  ['ChecksumSHA256', '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225'],
].map(([field, hex]) => [field, Buffer.from(hex ?? '', 'hex').toString('base64')] as const);

const BAD = { code: 'BadDigest', status: 400 };

export function describeChecksums(bench: () => Workbench): void {
  const putStream = (name: string, bytes: Buffer, spoil = false): Promise<unknown> => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / 10_000) }, (_, at) =>
      bytes.subarray(at * 10_000, (at + 1) * 10_000),
    );
    const command = new PutObjectCommand({
      Bucket: bench().bucket,
      Key: bench().key(name),
      Body: Readable.from(pieces),
      ContentLength: bytes.length,
    });
    if (spoil) command.middlewareStack.add(spoilBody, { step: 'finalizeRequest', name: 'spoilBody' });
    return bench().client.send(command);
  };

  describe('checksums', () => {
    it.each(CHECKSUMS)('accepts a right %s and gives it back on demand', async (field, value) => {
      const { client, bucket, key, put } = bench();
      await put(`sums/${field}`, NINE, { [field ?? '']: value });
      const answer = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key(`sums/${field}`), ChecksumMode: 'ENABLED' }),
      );
      expect(await answer.Body?.transformToString()).toBe(NINE);
      expect(answer).toMatchObject({ [field ?? '']: value });
    });

    it.each(CHECKSUMS)('refuses a wrong %s and writes nothing', async (field, value) => {
      const { put, list } = bench();
      const name = `sums/wrong-${field}`;
      expect(await refusalStatus(put(name, '123456780', { [field ?? '']: value }))).toBe(400);
      expect(await list(name)).toEqual([]);
    });

    it('calls a wrong checksum BadDigest', async () => {
      expect(await refusal(bench().put('sums/named', 'other', { ChecksumCRC32: 'y/Q5Jg==' }))).toEqual(BAD);
    });

    it('accepts a right Content-MD5 and refuses a wrong one', async () => {
      const { put } = bench();
      const ContentMD5 = createHash('md5').update(NINE).digest('base64');
      await put('sums/md5', NINE, { ContentMD5 });
      expect(await refusal(put('sums/md5', 'other', { ContentMD5 }))).toEqual(BAD);
    });

    it('refuses a Content-MD5 that is none', async () => {
      expect(await refusal(bench().put('sums/md5-odd', NINE, { ContentMD5: 'bm90IGFuIE1ENQ==' }))).toEqual({
        code: 'InvalidDigest',
        status: 400,
      });
    });

    it('stores the bytes of a stream with a checksum in its trailer, without the framing', async () => {
      const bytes = patternBytes(250_000, 5);
      await putStream('sums/stream', bytes);
      expect((await bench().get('sums/stream')).equals(bytes)).toBe(true);
    });

    it('refuses a stream that was damaged on its way, by the checksum in its trailer', async () => {
      expect(await refusalStatus(putStream('sums/damaged', patternBytes(25_000, 6), true))).toBe(400);
      expect(await bench().list('sums/damaged')).toEqual([]);
    });

    it('refuses a part with a wrong checksum', async () => {
      const upload = await startUpload(bench(), 'sums/part');
      expect(await refusalStatus(upload.part(1, Buffer.from('other'), { ChecksumCRC32: 'y/Q5Jg==' }))).toBe(400);
    });

    it('makes a composite checksum of the parts of an upload begun with an algorithm', async () => {
      const { client, bucket, key } = bench();
      const upload = await startUpload(bench(), 'sums/composite', { ChecksumAlgorithm: 'SHA256' });
      const part = await upload.part(1, Buffer.from(NINE), { ChecksumAlgorithm: 'SHA256' });
      const done = await upload.complete([part]);
      const digest = createHash('sha256').update(NINE).digest();
      const composite = `${createHash('sha256').update(digest).digest('base64')}-1`;
      expect(done.ChecksumSHA256).toBe(composite);
      const answer = await client.send(
        new GetObjectCommand({ Bucket: bucket, Key: key('sums/composite'), ChecksumMode: 'ENABLED' }),
      );
      expect([await answer.Body?.transformToString(), answer.ChecksumSHA256]).toEqual([NINE, composite]);
    });

    it('refuses to complete an upload whose whole checksum is wrong', async () => {
      const upload = await startUpload(bench(), 'sums/whole', { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
      const part = await upload.part(1, Buffer.from('other'));
      expect(await refusalStatus(upload.complete([part], { ChecksumCRC32: 'y/Q5Jg==', ChecksumType: 'FULL_OBJECT' }))).toBe(400);
      expect(await bench().list('sums/whole')).toEqual([]);
    });
  });
}

/** Flips one bit of the data after the checksum was computed: byte 100 is past the header of the first chunk. */
const spoilBody =
  <Input extends object, Output>(next: (args: Input) => Promise<Output>) =>
  (args: Input): Promise<Output> => {
    const { request } = args as unknown as { request: { body: Readable } };
    let at = 0;
    request.body = request.body.pipe(
      new Transform({
        transform(chunk: Buffer | string, _encoding, done) {
          const bytes = Buffer.from(chunk);
          const here = 100 - at;
          at += bytes.length;
          if (here >= 0 && here < bytes.length) bytes[here] = (bytes[here] ?? 0) ^ 1;
          done(null, bytes);
        },
      }),
    );
    return next(args);
  };
