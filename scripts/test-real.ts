import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** Replicates every sample datastore in a folder and compares: `npm run test:real -- <folder of samples>`. */
const [folder] = process.argv.slice(2);
if (folder === undefined || !existsSync(folder) || readdirSync(folder).length === 0) {
  console.error(`no samples in ${folder ?? 'no folder'}: npm run test:real -- <folder of samples>, such as ../shared/samples`);
  process.exit(2);
}
const vitest = resolve(import.meta.dirname, '../node_modules/vitest/vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--config', 'vitest.real.config.ts'], {
  stdio: 'inherit',
  env: { ...process.env, FLOTILLA_SAMPLES: resolve(folder) },
});
process.exit(status ?? 1);
