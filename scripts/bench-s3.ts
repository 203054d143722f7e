import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer } from 'node:tls';
import { parseArgs } from 'node:util';
import { noRequests } from '../lib/datastore/object-store.ts';
import { startObjectStore } from '../lib/local/object-store/server.ts';
import { createS3Connection, openDatastore } from '../lib/s3/open-datastore.ts';
import type { BucketLocation, Environment, S3Datastore } from '../lib/s3/open-datastore.ts';

const USAGE = `usage: node scripts/bench-s3.ts [--tls] [--in-flight 16] [--rounds 3] [--scale 1]
       node scripts/bench-s3.ts --endpoint URL --bucket BUCKET [--region REGION] [--path-style] [--ca-file FILE] [--fingerprint AA:BB:..]

Writes and reads objects of 4 MiB and of 20 KB through the S3 adapter, and prints the CPU seconds that this process took: the
median of the rounds, after one that is not counted. Without --endpoint the embedded store serves them from a process of its own,
with --tls behind TLS; with it AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment are used, and what was written
below the random prefix is deleted in the end. --scale multiplies the number of objects.`;

const OPTIONS = {
  endpoint: { type: 'string' },
  bucket: { type: 'string', default: 'bench' },
  region: { type: 'string', default: 'us-east-1' },
  'path-style': { type: 'boolean', default: false },
  'ca-file': { type: 'string' },
  fingerprint: { type: 'string' },
  tls: { type: 'boolean', default: false },
  'in-flight': { type: 'string', default: '16' },
  rounds: { type: 'string', default: '3' },
  scale: { type: 'string', default: '1' },
  // What the child is started with.
  serve: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const SIZES = [
  { name: '4 MiB', bytes: 4 * 1024 * 1024, objects: 96 },
  { name: '20 KB', bytes: 20_000, objects: 2000 },
] as const;

const { values } = parseArgs({ options: OPTIONS });
if (values.help) console.log(USAGE);
else if (values.serve) await serve();
else await main();

interface Place {
  readonly location: BucketLocation;
  readonly environment: Environment;
  close(): void;
}

async function main(): Promise<void> {
  const place = values.endpoint === undefined ? await startStore() : outside(values.endpoint);
  const inFlight = Number(values['in-flight']);
  const connection = createS3Connection(place.location, place.environment, { connections: inFlight });
  const store = openDatastore(connection, noRequests());
  try {
    console.log(
      `node ${process.version}, ${inFlight} in flight, ${connection.location.endpoint ?? 'S3'}, ${values.rounds} rounds`,
    );
    for (const size of SIZES)
      await measure(store, { ...size, objects: Math.ceil(size.objects * Number(values.scale)) }, inFlight);
  } finally {
    connection.close();
    place.close();
  }
}

interface Size {
  readonly name: string;
  readonly bytes: number;
  readonly objects: number;
}

async function measure(store: S3Datastore, size: Size, inFlight: number): Promise<void> {
  const body = Buffer.alloc(size.bytes, 'flotilla');
  const keys = Array.from({ length: size.objects }, (_, n) => `${size.bytes}/${n}`);
  const put = (key: string): Promise<unknown> => store.put(key, body);
  const get = async (key: string): Promise<void> => {
    const got = await store.get(key);
    if (got?.bytes.length !== size.bytes) throw new Error(`${key} came back with ${got?.bytes.length ?? 'no'} bytes`);
  };
  for (const [name, work] of [
    ['PUT', put],
    ['GET', get],
  ] as const) {
    const taken: Taken[] = [];
    for (let round = 0; round <= Number(values.rounds); round++) taken.push(await timed(keys, inFlight, work));
    print(`${name} ${size.name}`, size, taken.slice(1));
  }
  await store.delete(keys);
}

interface Taken {
  readonly cpu: number;
  readonly wall: number;
}

/** Seconds for all keys, `inFlight` at once. */
async function timed(keys: readonly string[], inFlight: number, work: (key: string) => Promise<unknown>): Promise<Taken> {
  const start = performance.now();
  const before = process.cpuUsage();
  const left = keys.values();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      for (const key of left) await work(key);
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return { cpu: (user + system) / 1e6, wall: (performance.now() - start) / 1000 };
}

function print(name: string, size: Size, rounds: readonly Taken[]): void {
  const cpu = median(rounds.map((each) => each.cpu));
  const wall = median(rounds.map((each) => each.wall));
  const perGb = (cpu * 1e9) / (size.bytes * size.objects);
  const perThousand = (cpu * 1000) / size.objects;
  const figures = [`${perGb.toFixed(2)} CPU-s/GB`, `${perThousand.toFixed(3)} CPU-s/1,000 objects`, `${wall.toFixed(2)} s wall`];
  const spread = rounds.map((each) => each.cpu.toFixed(2)).join(' ');
  console.log(`${name}: ${figures.join(', ')} (${size.objects} objects; CPU-s ${spread})`);
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? NaN;
}

/** The embedded store in a child, so that its CPU time is not counted. */
async function startStore(): Promise<Place> {
  const child: ChildProcess = fork(import.meta.filename, ['--serve', ...(values.tls ? ['--tls'] : [])]);
  const [told] = (await once(child, 'message')) as [
    { endpoint: string; accessKeyId: string; secretAccessKey: string; ca?: string },
  ];
  return {
    location: locate(told.endpoint, true, told.ca === undefined ? {} : { ca: told.ca }),
    environment: { BENCH_ACCESS_KEY_ID: told.accessKeyId, BENCH_SECRET_ACCESS_KEY: told.secretAccessKey },
    close: () => child.disconnect(),
  };
}

function outside(endpoint: string): Place {
  const { AWS_ACCESS_KEY_ID: BENCH_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: BENCH_SECRET_ACCESS_KEY } = process.env;
  const { 'ca-file': caFile, fingerprint } = values;
  const trust = {
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
    ...(fingerprint === undefined ? {} : { fingerprint }),
  };
  return {
    location: locate(endpoint, values['path-style'], trust),
    environment: { BENCH_ACCESS_KEY_ID, BENCH_SECRET_ACCESS_KEY },
    close: () => undefined,
  };
}

function locate(endpoint: string, pathStyle: boolean, trust: { ca?: string; fingerprint?: string }): BucketLocation {
  const prefix = `bench-${Math.random().toString(36).slice(2)}`;
  const { bucket, region } = values;
  return { id: 'bench', bucket, prefix, region, endpoint, pathStyle, credentials: 'env:BENCH', ...trust };
}

/** The child: the embedded store, with --tls behind TLS, until the parent lets go of it. */
async function serve(): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'flotilla-bench-'));
  const store = await startObjectStore({ root, buckets: [values.bucket] });
  const reached = values.tls ? await serveTls(new URL(store.endpoint)) : { endpoint: store.endpoint };
  process.send?.({ ...reached, ...store.credentials });
  process.once('disconnect', () => {
    rmSync(root, { recursive: true, force: true });
    process.exit();
  });
}

/** An end of TLS before a plain server, with the certificate that the tests use. */
async function serveTls(plain: URL): Promise<{ endpoint: string; ca: string }> {
  const read = (name: string): string => readFileSync(new URL(`../test/fixtures/tls/${name}`, import.meta.url), 'utf8');
  const server = createServer({ cert: read('server.pem'), key: read('server.key') }, (socket) => {
    const behind = connect(Number(plain.port), plain.hostname);
    pipeline(socket, behind, socket, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { endpoint: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, ca: read('ca.pem') };
}
