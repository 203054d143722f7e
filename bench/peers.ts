import { PREFIX, SOURCE_BUCKET, TARGET_BUCKET, type OpenServer } from './buckets.ts';
import { findOnPath } from './find-on-path.ts';
import type { Command } from './measure.ts';
import type { Tool, Work } from './tool.ts';

/** The tools of others that are on the PATH. */
export function findPeers(path: string | undefined): Tool[] {
  return PEERS.flatMap(({ name, program, commands }) => {
    const found = findOnPath(program, path);
    return found === undefined ? [] : [{ name, commands: (work: Work) => commands(found, work) }];
  });
}

interface Peer {
  readonly name: string;
  readonly program: string;
  readonly commands: (program: string, work: Work) => readonly Command[];
}

const SIDES = { source: SOURCE_BUCKET, target: TARGET_BUCKET } as const;
const place = (side: keyof typeof SIDES): string => `${SIDES[side]}/${PREFIX}`;

/** What rclone's manual starts with: a remote of type s3, everything else as it comes. */
const PEERS: readonly Peer[] = [
  {
    name: 'rclone',
    program: 'rclone',
    commands: (program, work) => [rclone(program, work, [])],
  },
  {
    name: 'rclone expert',
    program: 'rclone',
    commands: (program, work) => [rclone(program, work, expert(work))],
  },
  {
    name: 'rclone expert in order',
    program: 'rclone',
    // Chunks, then all but the manifests, then the manifests: what it takes to never show a torn snapshot.
    commands: (program, work) =>
      [
        ['--include', '/.chunks/**'],
        ['--exclude', '/.chunks/**', '--exclude', 'index.json.blob'],
        ['--include', 'index.json.blob'],
      ].map((filter) => rclone(program, work, [...expert(work), ...filter])),
  },
  {
    name: 'mc mirror',
    program: 'mc',
    commands: (program, work) => [
      {
        ...{ program, cwd: work.folder },
        args: ['mirror', '--quiet', `source/${place('source')}`, `target/${place('target')}`],
        environment: { HOME: work.folder, MC_HOST_source: withKeys(work.source), MC_HOST_target: withKeys(work.target) },
      },
    ],
  },
  {
    name: 'juicefs sync',
    program: 'juicefs',
    commands: (program, work) => [
      {
        ...{ program, cwd: work.folder, environment: { HOME: work.folder } },
        args: [
          'sync',
          '--quiet',
          '--threads',
          String(work.inFlight),
          juicefs(work.source, 'source'),
          juicefs(work.target, 'target'),
        ],
      },
    ],
  },
  {
    name: 's3sync',
    program: 's3sync',
    commands: (program, work) => [
      {
        ...{ program, cwd: work.folder, environment: { HOME: work.folder } },
        args: [
          ...['--workers', String(work.inFlight), '--filter-modified'],
          ...s3syncKeys('s', work.source),
          ...s3syncKeys('t', work.target),
          ...[`s3://${place('source')}/`, `s3://${place('target')}/`],
        ],
      },
    ],
  },
  {
    name: 's5cmd through disk',
    program: 's5cmd',
    commands: (program, work) => throughDisk(program, work, { flags: ['--numworkers', String(work.inFlight), 'sync'], all: '*' }),
  },
  {
    name: 'aws s3 sync through disk',
    program: 'aws',
    commands: (program, work) => throughDisk(program, work, { flags: ['s3', 'sync', '--only-show-errors'], all: '' }),
  },
];

function expert({ inFlight }: Work): string[] {
  const atOnce = String(inFlight);
  return ['--fast-list', '--checksum', '--transfers', atOnce, '--checkers', atOnce, '--s3-no-check-bucket'];
}

function rclone(program: string, work: Work, flags: readonly string[]): Command {
  const remote = (name: string, server: OpenServer): Record<string, string> => ({
    [`RCLONE_CONFIG_${name}_TYPE`]: 's3',
    [`RCLONE_CONFIG_${name}_PROVIDER`]: 'Minio',
    [`RCLONE_CONFIG_${name}_ENDPOINT`]: server.endpoint,
    [`RCLONE_CONFIG_${name}_REGION`]: server.region,
    [`RCLONE_CONFIG_${name}_ACCESS_KEY_ID`]: server.accessKeyId,
    [`RCLONE_CONFIG_${name}_SECRET_ACCESS_KEY`]: server.secretAccessKey,
  });
  return {
    ...{ program, cwd: work.folder, args: ['copy', ...flags, `source:${place('source')}`, `target:${place('target')}`] },
    environment: { HOME: work.folder, ...remote('SOURCE', work.source), ...remote('TARGET', work.target) },
  };
}

function s3syncKeys(side: 's' | 't', { accessKeyId, secretAccessKey, region, endpoint }: OpenServer): string[] {
  return [`--${side}k`, accessKeyId, `--${side}s`, secretAccessKey, `--${side}r`, region, `--${side}e`, endpoint];
}

/** What cannot copy from one server to another brings all to the disk first. `all` follows the prefix that is read. */
function throughDisk(program: string, work: Work, sync: { readonly flags: readonly string[]; readonly all: string }): Command[] {
  const at = (side: keyof typeof SIDES, from: string, to: string): Command => {
    const { endpoint, accessKeyId, secretAccessKey, region } = work[side];
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region };
    const args = ['--endpoint-url', endpoint, ...sync.flags, from, to];
    return { program, args, cwd: work.folder, environment: { HOME: work.folder, ...keys } };
  };
  return [at('source', `s3://${place('source')}/${sync.all}`, 'disk/'), at('target', 'disk/', `s3://${place('target')}/`)];
}

function withKeys({ endpoint, accessKeyId, secretAccessKey }: OpenServer): string {
  return endpoint.replace('://', `://${accessKeyId}:${secretAccessKey}@`);
}

function juicefs(server: OpenServer, side: keyof typeof SIDES): string {
  return `minio://${withKeys(server).replace(/^https?:\/\//, '')}/${place(side)}/`;
}
