import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBucket, SOURCE_BUCKET, withDatastore, type OpenServer } from '../../../bench/buckets.ts';
import { startProxy, type Proxy, type ProxyShape } from '../../../bench/proxy/start.ts';
import { startObjectStore, type ObjectStoreServer } from '../../../lib/local/object-store/server.ts';

const PLAIN = { roundTripMs: 0, refuse: 0, cut: 0, seed: 'test' };
const BODY = Buffer.alloc(300_000, 'flotilla');
const KEYS = Array.from({ length: 40 }, (_, n) => `chunk-${n}`);

describe('the proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'flotilla-test-'));
  let store: ObjectStoreServer;
  const proxies: Proxy[] = [];
  beforeAll(async () => {
    store = await startObjectStore({ root: folder });
    await makeBucket(serverAt(store.endpoint), SOURCE_BUCKET);
  });
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const serverAt = (endpoint: string): OpenServer => ({ endpoint, region: 'us-east-1', ...store.credentials });
  const open = async (shape: Omit<ProxyShape, 'upstream'>): Promise<Proxy> => {
    const { hostname: host, port } = new URL(store.endpoint);
    const proxy = await startProxy({ ...shape, upstream: { host, port: Number(port) } });
    proxies.push(proxy);
    return proxy;
  };
  /** Puts and reads all objects; what the clients saw of them. */
  const exchange = (proxy: Proxy): Promise<number> =>
    withDatastore(serverAt(proxy.endpoint), SOURCE_BUCKET, async (datastore) => {
      await Promise.all(KEYS.map((key) => datastore.put(key, BODY)));
      const read = await Promise.all(KEYS.map((key) => datastore.get(key)));
      return read.filter((object) => object?.bytes.equals(BODY)).length;
    });

  it('passes everything on, and counts requests by kind, bytes, and what became visible in which order', async () => {
    const proxy = await open(PLAIN);
    expect(await exchange(proxy)).toBe(KEYS.length);
    const report = await proxy.take();
    expect(report.requests).toMatchObject({ put: 40, get: 40, list: 0, head: 0 });
    expect(report).toMatchObject({ bytesUp: 40 * BODY.length, bytesUpAgain: 0, bytesDown: 40 * BODY.length, refused: 0, cut: 0 });
    expect(report.visible.map(([key]) => key).sort()).toEqual(KEYS.map((key) => `main/${key}`).sort());
    expect((await proxy.take()).bytesUp).toBe(0);
  });

  it('refuses and cuts the share that it was asked for, and tells what was sent again', async () => {
    const proxy = await open({ ...PLAIN, refuse: 0.2, cut: 0.05 });
    expect(await exchange(proxy)).toBe(KEYS.length);
    const { refused, cut, bytesUp, bytesUpAgain, requests } = await proxy.take();
    expect(refused).toBeGreaterThan(0);
    expect(cut).toBeGreaterThan(0);
    expect(requests.put + requests.get).toBeGreaterThan(80);
    expect(bytesUp - bytesUpAgain).toBe(40 * BODY.length);
    expect(bytesUpAgain).toBeGreaterThan(0);
  });

  it('lets every byte arrive over a long, narrow link', async () => {
    const proxy = await open({ ...PLAIN, roundTripMs: 20, bytesPerSecond: 50e6 });
    expect(await exchange(proxy)).toBe(KEYS.length);
  });
});
