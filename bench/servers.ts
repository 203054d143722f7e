import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyTarget, type OpenServer } from './buckets.ts';
import { findOnPath } from './find-on-path.ts';

/** An S3 server to measure against. */
export interface S3Server {
  /** `http://host:port`, without a path. */
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  stop(): Promise<void>;
}

/** Starts a server whose data lie in `folder`. */
export interface ServerKind {
  readonly name: string;
  start(folder: string): Promise<S3Server>;
  /** Takes everything out of the target's bucket, where starting on an empty folder does not. */
  empty?(server: OpenServer): Promise<void>;
}

const READY_POLLS = 200;
const POLL_MS = 50;
const KEYS = { accessKeyId: 'flotillabench', secretAccessKey: 'flotilla-bench-secret', region: 'us-east-1' } as const;

export interface ServerChoice {
  readonly wanted: string | undefined;
  /** Of a server that runs already. */
  readonly endpoint: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The server at the endpoint, if one is given; else MinIO where it is installed; else the embedded store in a process of its own. */
export function findServerKind({ wanted, endpoint, environment }: ServerChoice): ServerKind {
  if (endpoint !== undefined) return external(endpoint, environment);
  if (wanted === 'embedded') return embedded;
  const program = findOnPath('minio', environment['PATH']);
  if (program !== undefined) return { name: 'minio', start: (folder) => startMinio(program, folder) };
  if (wanted !== undefined) throw new Error(`--server ${wanted}: minio is not on the PATH, and embedded is the only other one`);
  return embedded;
}

function external(endpoint: string, environment: ServerChoice['environment']): ServerKind {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_REGION: region = KEYS.region,
  } = environment;
  if (!accessKeyId || !secretAccessKey) throw new Error('--endpoint needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  const server = { endpoint: endpoint.replace(/\/$/, ''), accessKeyId, secretAccessKey, region };
  return {
    name: new URL(endpoint).host,
    start: async () => ({ ...server, stop: async () => undefined }),
    empty: emptyTarget,
  };
}

async function startMinio(program: string, folder: string): Promise<S3Server> {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const environment = { MINIO_ROOT_USER: KEYS.accessKeyId, MINIO_ROOT_PASSWORD: KEYS.secretAccessKey, MINIO_BROWSER: 'off' };
  const child = spawn(program, ['server', folder, '--quiet', '--address', `127.0.0.1:${port}`], {
    env: { ...environment, HOME: folder, PATH: process.env['PATH'] },
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilReady(`${endpoint}/minio/health/ready`, child);
  return { endpoint, ...KEYS, stop: () => stopChild(child) };
}

const embedded: ServerKind = {
  name: 'embedded',
  start: async (folder) => {
    const child = fork(new URL('./embedded-main.ts', import.meta.url), [folder, KEYS.accessKeyId, KEYS.secretAccessKey]);
    const [endpoint] = (await once(child, 'message')) as [string];
    return { endpoint, ...KEYS, stop: () => stopChild(child) };
  },
};

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  for (let poll = 0; poll < READY_POLLS; poll++) {
    if (child.exitCode !== null) throw new Error(`the S3 server ended with code ${child.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok === true) return;
    await sleep(POLL_MS);
  }
  throw new Error(`the S3 server at ${url} did not become ready`);
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
