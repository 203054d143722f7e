import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import project from '../../package.json' with { type: 'json' };
import { SHARED_NAMES } from '../../lib/local/state-machine/shared-names.ts';
import { startCli, type CliEnd, type CliOptions } from '../support/cli-process.ts';
import { openCliWorld, type CliWorld } from '../support/cli-world.ts';
import { smallSource } from '../support/source.ts';

const HOST_MAIN = fileURLToPath(new URL('../../lib/local/table/host-main.ts', import.meta.url));

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

  /** The packages whose code the process has run until it has ended well, as V8 tells it. */
  async function packagesOf(start: (env: CliOptions['env']) => Promise<CliEnd>): Promise<string[]> {
    const folder = await mkdtemp(join(world.folder, 'coverage-'));
    const { code, stderr } = await start({ NODE_V8_COVERAGE: folder });
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
    const start = (env: CliOptions['env']) => world.run(command.split(' '), { env });
    expect(await packagesOf(start)).toEqual(packages.toSorted());
  });

  it('and waits for no more in the process that keeps its table', async () => {
    const folder = join(world.folder, '.flotilla/table');
    const isServed = () => existsSync(join(folder, 'table.json'));
    await world.run(['status']);
    await expect.poll(isServed, { timeout: 20_000 }).toBe(false);
    const start = async (env: CliOptions['env']) => {
      const host = startCli([folder, SHARED_NAMES.table], { cwd: folder, env, command: [process.execPath, HOST_MAIN] });
      await expect.poll(isServed, { timeout: 20_000 }).toBe(true);
      await world.run(['status']); // it goes when its first client has gone
      return host.ended;
    };
    expect(await packagesOf(start)).toEqual(['dynalite', 'level']);
  });
});
