import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import project from '../../package.json' with { type: 'json' };
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

/** A package that is loaded for nothing costs each command tens of milliseconds: these are the ones that each has use for. */
describe('a command loads of our dependencies', () => {
  let world: CliWorld;

  beforeAll(async () => {
    world = await openCliWorld();
    await smallSource(world.openSource()).addNight();
  });
  afterAll(() => world.close());

  /** The packages whose code the process has run, as V8 tells it. */
  async function packagesOf(args: readonly string[]): Promise<string[]> {
    const folder = await mkdtemp(join(world.folder, 'coverage-'));
    const { code, stderr } = await world.run(args, { env: { NODE_V8_COVERAGE: folder } });
    expect(code, stderr).toBe(0);
    const [file = ''] = await readdir(folder);
    const { result } = JSON.parse(await readFile(join(folder, file), 'utf8')) as Coverage;
    const loaded = result.flatMap(({ url }) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
    return [...new Set(loaded)].filter((name) => name in project.dependencies).sort();
  }

  const WORDS = ['commander', 're2js', 'zod'];
  const CONFIGURATION = [...WORDS, 'handlebars', 'yaml'];
  const DATASTORES = [...CONFIGURATION, '@aws-sdk/client-s3', '@smithy/node-http-handler'];
  const RUNS = [...DATASTORES, '@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'];
  /** The interpreter could call a Lambda function, and has the credentials for that loaded. */
  const MACHINE = ['aws-local-stepfunctions', '@aws-sdk/credential-providers'];
  const FUNCTIONS = ['@aws-lambda-powertools/logger', '@aws-lambda-powertools/metrics', '@aws-sdk/client-eventbridge'];

  it.each([
    ['--help', WORDS],
    ['schedule', CONFIGURATION],
    ['list main', DATASTORES],
    ['check', DATASTORES],
    ['plan daily', RUNS],
    ['status', RUNS],
    ['history daily', RUNS],
    ['run daily --dry-run', [...RUNS, ...MACHINE, ...FUNCTIONS]],
  ])('%s', async (command, packages) => {
    expect(await packagesOf(command.split(' '))).toEqual(packages.toSorted());
  });
});
