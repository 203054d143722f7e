import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { ProxyReport } from './tally.ts';

/** How a proxy treats what passes. */
export interface ProxyShape {
  readonly upstream: { readonly host: string; readonly port: number };
  /** Added to each round trip. */
  readonly roundTripMs: number;
  /** Of each direction, over all connections; undefined: unlimited. */
  readonly bytesPerSecond?: number;
  /** Shares of all requests, 0 to 1, that are answered 503 or whose connection is cut. */
  readonly refuse: number;
  readonly cut: number;
  readonly seed: string;
}

export interface Proxy {
  readonly endpoint: string;
  /** What passed since the last time. */
  take(): Promise<ProxyReport & { readonly cpuSeconds: number }>;
  stop(): Promise<void>;
}

/** Starts a proxy in a process of its own. */
export async function startProxy(shape: ProxyShape): Promise<Proxy> {
  const child = fork(new URL('./main.ts', import.meta.url), [JSON.stringify(shape)]);
  const [{ port }] = (await once(child, 'message')) as [{ port: number }];
  return {
    endpoint: `http://127.0.0.1:${port}`,
    take: async () => {
      child.send('report');
      const [report] = (await once(child, 'message')) as [Awaited<ReturnType<Proxy['take']>>];
      return report;
    },
    stop: async () => {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}
