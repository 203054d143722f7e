import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import type {
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CompletedPart,
  CreateMultipartUploadCommandInput,
  UploadPartCommandInput,
  UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import type { Workbench } from './workbench.ts';

/** A multipart upload of one object of the workbench. */
export interface TestUpload {
  readonly id: string;
  readonly part: (number: number, body: Buffer, more?: Partial<UploadPartCommandInput>) => Promise<CompletedPart>;
  readonly partCopy: (number: number, source: string, more?: Partial<UploadPartCopyCommandInput>) => Promise<CompletedPart>;
  readonly complete: (
    parts: CompletedPart[],
    more?: Partial<CompleteMultipartUploadCommandInput>,
  ) => Promise<CompleteMultipartUploadCommandOutput>;
  readonly abort: () => Promise<void>;
}

export async function startUpload(
  bench: Workbench,
  name: string,
  more: Partial<CreateMultipartUploadCommandInput> = {},
): Promise<TestUpload> {
  const { client, bucket, key } = bench;
  const object = { Bucket: bucket, Key: key(name) };
  const { UploadId = '' } = await client.send(new CreateMultipartUploadCommand({ ...object, ...more }));
  const at = { ...object, UploadId };
  return {
    id: UploadId,
    async part(PartNumber, Body, given = {}) {
      const answer = await client.send(new UploadPartCommand({ ...at, PartNumber, Body, ...given }));
      const { ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256 } = answer;
      return { PartNumber, ETag, ChecksumCRC32, ChecksumCRC32C, ChecksumSHA256 };
    },
    async partCopy(PartNumber, source, given = {}) {
      const CopySource = `${bucket}/${key(source).split('/').map(encodeURIComponent).join('/')}`;
      const answer = await client.send(new UploadPartCopyCommand({ ...at, PartNumber, CopySource, ...given }));
      return { PartNumber, ETag: answer.CopyPartResult?.ETag };
    },
    complete(Parts, given = {}) {
      return client.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload: { Parts }, ...given }));
    },
    async abort() {
      await client.send(new AbortMultipartUploadCommand(at));
    },
  };
}
