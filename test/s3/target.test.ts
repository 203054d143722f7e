import { afterEach, describe, expect, it } from 'vitest';
import { createS3Connection } from '../../lib/s3/open-datastore.ts';
import type { BucketLocation } from '../../lib/s3/open-datastore.ts';
import { resolveTarget } from '../../lib/s3/target.ts';
import type { Target } from '../../lib/s3/target.ts';
import { ANY_KEYS, LOCATION } from './odd-server.ts';

/** Where requests for a bucket would be sent. */
async function targetOf(location: Partial<BucketLocation>): Promise<Target> {
  const place = { ...LOCATION, ...location };
  const connection = createS3Connection(place, ANY_KEYS);
  try {
    return await resolveTarget(connection.client, place);
  } finally {
    connection.close();
  }
}

const url = ({ encrypted, authority, path }: Target): string => `${encrypted ? 'https' : 'http'}://${authority}${path}`;

describe('resolveTarget', () => {
  const SETTINGS = ['AWS_USE_FIPS_ENDPOINT', 'AWS_USE_DUALSTACK_ENDPOINT', 'AWS_ENDPOINT_URL_S3'];
  afterEach(() => {
    for (const name of SETTINGS) Reflect.deleteProperty(process.env, name);
  });

  it.each<[expected: string, location: Partial<BucketLocation>]>([
    ['https://bucket.s3.eu-central-1.amazonaws.com/', { pathStyle: false }],
    ['https://s3.eu-central-1.amazonaws.com/bucket/', { pathStyle: true }],
    ['https://s3.eu-central-1.amazonaws.com/a.bucket/', { pathStyle: false, bucket: 'a.bucket' }],
    ['https://bucket.s3.cn-north-1.amazonaws.com.cn/', { pathStyle: false, region: 'cn-north-1' }],
    ['https://bucket.s3.example.com/', { pathStyle: false, endpoint: 'https://s3.example.com' }],
    ['https://s3.example.com/bucket/', { endpoint: 'https://s3.example.com:443/' }],
    ['http://127.0.0.1:9000/behind/a/proxy/bucket/', { endpoint: 'http://127.0.0.1:9000/behind/a/proxy' }],
    ['https://[::1]:8443/bucket/', { endpoint: 'https://[::1]:8443' }],
    [
      'https://ap-123456789012.s3-accesspoint.eu-central-1.amazonaws.com/',
      { pathStyle: false, bucket: 'arn:aws:s3:eu-central-1:123456789012:accesspoint/ap' },
    ],
  ])('is %s', async (expected, location) => {
    expect(url(await targetOf(location))).toBe(expected);
  });

  it('connects to an IPv6 address without its brackets', async () => {
    expect(await targetOf({ endpoint: 'https://[::1]' })).toMatchObject({ host: '::1', port: 443, authority: '[::1]' });
  });

  it('signs for the region of the datastore', async () => {
    const { scope } = await targetOf({ endpoint: 'http://127.0.0.1:9000', region: 'garage' });
    expect(scope).toEqual({ region: 'garage', service: 's3' });
  });

  it('heeds what the environment says to the SDK', async () => {
    process.env['AWS_USE_FIPS_ENDPOINT'] = 'true';
    process.env['AWS_USE_DUALSTACK_ENDPOINT'] = 'true';
    expect(url(await targetOf({ pathStyle: false }))).toBe('https://bucket.s3-fips.dualstack.eu-central-1.amazonaws.com/');
    process.env['AWS_ENDPOINT_URL_S3'] = 'http://127.0.0.1:4566';
    for (const name of SETTINGS.slice(0, 2)) Reflect.deleteProperty(process.env, name);
    expect(url(await targetOf({}))).toBe('http://127.0.0.1:4566/bucket/');
  });

  it('refuses a multi-region access point, whose signature is another one', async () => {
    await expect(
      targetOf({ pathStyle: false, bucket: 'arn:aws:s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap' }),
    ).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'BUCKET_UNSUPPORTED',
      message: expect.stringContaining('name a bucket') as string,
    });
  });
});
