import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeBucket, TARGET_BUCKET, type OpenServer } from './buckets.ts';
import { startProxy, type Proxy, type ProxyShape } from './proxy/start.ts';
import type { S3Server, ServerKind } from './servers.ts';

/** What stands in front of the servers; undefined: nothing, requests are not counted. */
export type Network = Omit<ProxyShape, 'upstream'> | undefined;

/** An empty target and the source, each behind its proxy, for one tool in one round. */
export interface Stage {
  readonly source: OpenServer;
  readonly target: OpenServer;
  /** What passed on each side since the last time; undefined without proxies. */
  take(): Promise<Sides | undefined>;
  close(): Promise<void>;
}

type Report = Awaited<ReturnType<Proxy['take']>>;
export interface Sides {
  readonly source: Report;
  readonly target: Report;
}

export async function openStage(source: S3Server, kind: ServerKind, folder: string, network: Network): Promise<Stage> {
  const place = join(folder, 'target');
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  const server = await kind.start(place);
  await kind.empty?.(server);
  await makeBucket(server, TARGET_BUCKET);
  const proxies = network === undefined ? undefined : await openProxies({ source, target: server }, network);
  return {
    source: through(source, proxies?.source),
    target: through(server, proxies?.target),
    take: async () => {
      if (proxies === undefined) return undefined;
      const [from, to] = await Promise.all([proxies.source.take(), proxies.target.take()]);
      return { source: from, target: to };
    },
    close: async () => {
      await Promise.all([proxies?.source.stop(), proxies?.target.stop()]);
      await server.stop();
      await rm(place, { recursive: true, force: true });
    },
  };
}

async function openProxies(servers: Record<'source' | 'target', OpenServer>, network: Omit<ProxyShape, 'upstream'>) {
  const [source, target] = await Promise.all(
    [servers.source, servers.target].map(({ endpoint }) => {
      const { protocol, hostname, port } = new URL(endpoint);
      if (protocol !== 'http:') throw new Error(`${endpoint}: the proxy reads no TLS; add --no-proxy`);
      return startProxy({ ...network, upstream: { host: hostname, port: Number(port === '' ? 80 : port) } });
    }),
  );
  if (source === undefined || target === undefined) throw new Error('no proxy');
  return { source, target };
}

function through({ accessKeyId, secretAccessKey, region, endpoint }: OpenServer, proxy: Proxy | undefined): OpenServer {
  return { accessKeyId, secretAccessKey, region, endpoint: proxy?.endpoint ?? endpoint };
}
