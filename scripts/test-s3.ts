import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = `usage: npm run test:s3 -- [--endpoint URL --bucket BUCKET [--region REGION] [--path-style]]

Runs the S3 contract suite: against the embedded store, or against another endpoint with AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY of the environment. It works below a random prefix of the bucket and takes away what it made.
A failed test names a behaviour that the endpoint lacks.`;

const OPTIONS = {
  endpoint: { type: 'string' },
  bucket: { type: 'string' },
  region: { type: 'string', default: 'us-east-1' },
  'path-style': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const VITEST = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));

process.exitCode = run(process.argv.slice(2));

/** The exit code: vitest's, or 2 for a command line that cannot be followed. */
function run(args: string[]): number {
  const values = parse(args);
  if (typeof values === 'string') {
    console.error(`${values}\n\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const suite = spawnSync(process.execPath, [VITEST, 'run', 'test/s3/endpoint.test.ts', '--reporter=verbose'], {
    stdio: 'inherit',
    env: { ...process.env, ...suiteEnvironment(values) },
  });
  return suite.status ?? 1;
}

type Values = ReturnType<typeof parseOptions>;

function parseOptions(args: string[]) {
  return parseArgs({ args, options: OPTIONS, strict: true }).values;
}

/** The options, or what is wrong with them. */
function parse(args: string[]): Values | string {
  try {
    const values = parseOptions(args);
    return values.help ? values : (complaint(values) ?? values);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function complaint(values: Values): string | undefined {
  if (values.endpoint === undefined) return values.bucket === undefined ? undefined : '--bucket needs --endpoint';
  if (!URL.canParse(values.endpoint)) return `--endpoint ${values.endpoint} is not a URL`;
  if (values.bucket === undefined) return '--endpoint needs --bucket';
  const { AWS_ACCESS_KEY_ID: key, AWS_SECRET_ACCESS_KEY: secret } = process.env;
  return key && secret ? undefined : 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
}

function suiteEnvironment(values: Values): Record<string, string> {
  if (values.endpoint === undefined) return {};
  return {
    FLOTILLA_S3_ENDPOINT: values.endpoint,
    FLOTILLA_S3_BUCKET: values.bucket ?? '',
    FLOTILLA_S3_REGION: values.region,
    FLOTILLA_S3_PATH_STYLE: String(values['path-style']),
  };
}
