import { parseArgs } from 'node:util';
import { openTerminal } from '../lib/cli/terminal.ts';
import { runDemo } from '../lib/demo/run-demo.ts';

const { values } = parseArgs({ options: { datastore: { type: 'string' }, workers: { type: 'string', default: '4' } } });
const terminal = openTerminal(process.stdout, process.stderr, { environment: process.env, now: () => Date.now() });
process.exitCode = await runDemo({
  folder: '.demo',
  ...(values.datastore !== undefined && { datastore: values.datastore }),
  workerThreads: Number(values.workers),
  terminal,
  now: () => Date.now(),
});
