import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refusal } from './workbench.ts';
import type { Workbench } from './workbench.ts';

const HOUR_MS = 3_600_000;

export function describeSignatures(bench: () => Workbench): void {
  const listAs = (config: S3ClientConfig): Promise<unknown> => {
    const { bucket, clientWith, key } = bench();
    return clientWith({ maxAttempts: 1, ...config }).send(new ListObjectsV2Command({ Bucket: bucket, Prefix: key('none') }));
  };

  describe('signatures', () => {
    it('refuses a wrong secret', async () => {
      const { accessKeyId } = await bench().client.config.credentials();
      const credentials = { accessKeyId, secretAccessKey: 'this is not the secret of that key' };
      expect(await refusal(listAs({ credentials }))).toEqual({ code: 'SignatureDoesNotMatch', status: 403 });
    });

    it('refuses an access key that it does not know', async () => {
      const credentials = { accessKeyId: 'AKIAFLOTILLANOSUCHKEY', secretAccessKey: 'secret' };
      expect(await refusal(listAs({ credentials }))).toEqual({ code: 'InvalidAccessKeyId', status: 403 });
    });

    it('refuses a request without a signature', async () => {
      const signer = { sign: <T>(request: T): Promise<T> => Promise.resolve(request) };
      expect(await refusal(listAs({ signer }))).toEqual({ code: 'AccessDenied', status: 403 });
    });

    it('refuses a request that is an hour old', async () => {
      expect(await refusal(listAs({ systemClockOffset: -HOUR_MS }))).toEqual({ code: 'RequestTimeTooSkewed', status: 403 });
    });

    it('refuses a body that is not the signed one', async () => {
      const { client, bucket, key, list } = bench();
      const command = new PutObjectCommand({ Bucket: bucket, Key: key('signed/body'), Body: Buffer.from('another body') });
      command.middlewareStack.add(claimPayload('the body'), { step: 'build', name: 'claimPayload' });
      expect(await refusal(client.send(command))).toEqual({ code: 'XAmzContentSHA256Mismatch', status: 400 });
      expect(await list('signed/')).toEqual([]);
    });
  });
}

/** Signs the request as one with this payload. */
const claimPayload =
  (payload: string) =>
  <Input extends object, Output>(next: (args: Input) => Promise<Output>) =>
  (args: Input): Promise<Output> => {
    const { request } = args as unknown as { request: { headers: Record<string, string> } };
    request.headers['x-amz-content-sha256'] = createHash('sha256').update(payload).digest('hex');
    return next(args);
  };
