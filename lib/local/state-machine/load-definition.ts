import { execFile } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { JobDocument } from '../../config/job-document.ts';
import { replaceFile } from '../replace-file.ts';
import type { Definition } from './definition.ts';

const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));
const SYNTHESIZE = fileURLToPath(new URL('./synthesize-main.ts', import.meta.url));
/** What the definition follows from: our stacks, what they import, and the CDK that they are made with. */
const SOURCES = ['lib/infra', 'lib/config', 'lib/local/state-machine', 'cdk.json', 'package-lock.json'];
const CACHE = join(PROJECT, 'node_modules/.cache/flotilla');

/**
 * The definition that a deploy of the job puts in place. CDK takes seconds and some 150 MB to say it, and says the same of each job
 * but for the job itself: so it is asked once for each version of the stacks' code, in a process of its own.
 */
export async function loadDefinition(job: JobDocument, cache: string = CACHE): Promise<Definition> {
  const file = join(cache, `definition-${await fingerprint()}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  const text = known ?? (await synthesize(job));
  if (known === undefined) await keep(cache, file, text);
  return withJob(JSON.parse(text) as Definition, job);
}

/** The same code gives the same one; any change of it another. */
async function fingerprint(): Promise<string> {
  const files = (await Promise.all(SOURCES.map(listFiles))).flat().sort();
  const digests = await Promise.all(
    files.map(async (file) => `${file} ${hash('sha256', await readFile(join(PROJECT, file)))}\n`),
  );
  return hash('sha256', digests.join('')).slice(0, 32);
}

async function listFiles(source: string): Promise<string[]> {
  if (source.endsWith('.json')) return [source];
  const entries = await readdir(join(PROJECT, source), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name).slice(PROJECT.length));
}

async function synthesize(job: JobDocument): Promise<string> {
  // Without this process's environment, whose Node options are not the child's.
  const child = promisify(execFile)(process.execPath, [SYNTHESIZE], { env: {}, maxBuffer: 16 * 1024 * 1024 });
  child.child.stdin?.end(JSON.stringify(job));
  return (await child).stdout;
}

/** Where nothing can be kept, the next run asks again. */
async function keep(cache: string, file: string, text: string): Promise<void> {
  const made = mkdir(cache, { recursive: true });
  await made.then(() => replaceFile(file, text)).catch(() => undefined);
}

/** The constant of the first state is all that differs between jobs. */
function withJob(definition: Definition, job: JobDocument): Definition {
  const { Configuration } = definition.States;
  if (Configuration === undefined) throw new Error('the definition has no state Configuration');
  return { ...definition, States: { ...definition.States, Configuration: { ...Configuration, Result: { job } } } };
}
