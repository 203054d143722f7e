import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { holdContest } from '../bench/contest.ts';
import { flotilla } from '../bench/flotilla.ts';
import { makeDatastore } from '../bench/make-datastore.ts';
import { findPeers } from '../bench/peers.ts';
import { makeProfiles, PROFILE_NAMES, type ProfileName } from '../bench/profiles.ts';
import { resultTable } from '../bench/results.ts';
import { findServerKind } from '../bench/servers.ts';
import type { Network } from '../bench/stage.ts';
import type { Tool } from '../bench/tool.ts';

const USAGE = `usage: npm run bench -- [--profile ${PROFILE_NAMES.join('|')}] [--scale 1] [--rounds 3] [--tools flotilla,rclone]
           [--workers 4] [--transfers 4] [--round-trip-ms 0] [--mbit 0] [--refuse 0] [--cut 0] [--no-proxy]
           [--server minio|embedded] [--endpoint URL] [--folder FOLDER] [--json FILE]

Makes a datastore, and lets Flotilla and every other tool on the PATH (rclone, mc, juicefs, s3sync, s5cmd, aws) sync it to an empty
target by turns, each behind a proxy that counts what is asked and sent. Prints the medians; --json writes every round.

  --scale           share of the profile's size: 0.1 takes a minute
  --tools           only tools whose names begin with one of these, as 'rclone expert' and 'flotilla verify' do
  --workers, --transfers   Flotilla's worker-threads and transfers-in-flight, a number or auto; others get the product, or 16
  --round-trip-ms, --mbit  shape of the link to each side
  --refuse, --cut   share of requests, 0 to 1, answered 503 or cut in the middle
  --endpoint        any S3 server, with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the environment; default: minio if it is on
                    the PATH, else the embedded store
  --folder          where the datastores are made, and kept for the next time`;

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'main' },
    scale: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    tools: { type: 'string' },
    workers: { type: 'string', default: '4' },
    transfers: { type: 'string', default: '4' },
    'round-trip-ms': { type: 'string', default: '0' },
    mbit: { type: 'string', default: '0' },
    refuse: { type: 'string', default: '0' },
    cut: { type: 'string', default: '0' },
    proxy: { type: 'boolean', default: true },
    server: { type: 'string' },
    endpoint: { type: 'string' },
    folder: { type: 'string', default: join(tmpdir(), 'flotilla-bench') },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
  allowNegative: true,
});

if (values.help) console.log(USAGE);
else await main();

async function main(): Promise<void> {
  const profile = makeProfiles(Number(values.scale))[profileName(values.profile)];
  const kind = findServerKind({ wanted: values.server, endpoint: values.endpoint, environment: process.env });
  const folder = resolve(values.folder, `${profile.name}-${values.scale}-${kind.name}`);
  await mkdir(folder, { recursive: true });
  const source = await kind.start(join(folder, 'source'));
  try {
    tell(`${profile.name}: ${profile.description}; times ${values.scale}`);
    const made = await makeDatastore(profile, source, folder);
    tell(`${made.objects} objects, ${(made.bytes / 1e9).toFixed(2)} GB; servers: ${kind.name}; ${machine()}`);
    const contest = { profile, made, source, kind, network: network(), tools: tools(), rounds: Number(values.rounds) };
    const inFlight = values.transfers === 'auto' ? 16 : Number(values.workers) * Number(values.transfers);
    const outcomes = await holdContest({ ...contest, inFlight, folder, tell });
    console.log(resultTable(outcomes, made));
    const { objects, bytes, nightBytes } = made;
    const size = { objects, bytes, nightBytes };
    const document = { machine: machine(), options: values, server: kind.name, size, outcomes };
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
  } finally {
    await source.stop();
  }
}

function tell(line: string): void {
  console.error(line);
}

function profileName(name: string): ProfileName {
  const found = PROFILE_NAMES.find((each) => each === name);
  if (found === undefined) throw new Error(`--profile ${name} is none of ${PROFILE_NAMES.join(', ')}`);
  return found;
}

function network(): Network {
  if (!values.proxy) return undefined;
  const mbit = Number(values.mbit);
  return {
    ...{ roundTripMs: Number(values['round-trip-ms']), refuse: Number(values.refuse), cut: Number(values.cut), seed: 'bench' },
    ...(mbit > 0 && { bytesPerSecond: (mbit * 1e6) / 8 }),
  };
}

function tools(): Tool[] {
  const transfers = values.transfers === 'auto' ? 'auto' : Number(values.transfers);
  const options = { 'worker-threads': Number(values.workers), 'transfers-in-flight': transfers };
  const all = [
    flotilla('flotilla', options),
    flotilla('flotilla verify: crc', { ...options, verify: 'crc' }),
    ...findPeers(process.env['PATH']),
  ];
  const wanted = values.tools?.split(',');
  return all.filter(({ name }) => wanted === undefined || wanted.some((each) => name.startsWith(each.trim())));
}

function machine(): string {
  const all = cpus();
  return `node ${process.version}, ${all.length} x ${all[0]?.model.trim() ?? 'unknown CPU'}`;
}
