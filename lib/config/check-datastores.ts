import { datastoreDocument, datastoreSchema } from './datastore-schema.ts';
import type { DatastoreDocument, DatastoreEntry } from './datastore-schema.ts';
import { parseCa } from './ca-file.ts';
import { isSecure } from './endpoint.ts';
import type { Environment } from './expand-variables.ts';
import type { Fault, Path } from './fault.ts';
import { checkPbsName, checkRegion } from './formats.ts';
import type { ShowValue } from './schema-faults.ts';
import type { ValidMembers } from './valid-members.ts';

/** An entry of a list in the file, as far as its members are valid, and where it stands. */
export interface Placed<T> extends ValidMembers<T> {
  readonly path: Path;
}

export interface Surroundings {
  readonly environment: Environment;
  /** Reads the text of a file that the configuration names, from its folder. */
  readonly readFile: (path: string) => string;
  readonly show: ShowValue;
}

/** A datastore with what its entry leaves to the environment and to files, or what is wrong. */
export interface Completion {
  /** Undefined unless every member of the entry is there and valid. */
  readonly document: DatastoreDocument | undefined;
  readonly faults: readonly Fault[];
}

/** Reads what an entry refers to and checks what no single member shows. */
export function completeDatastore(placed: Placed<DatastoreEntry>, around: Surroundings): Completion {
  const region = regionOf(placed, around.environment);
  const ca = readCa(placed, around);
  const faults = [...checkName(placed, around), ...checkTls(placed), ...region.faults, ...ca.faults];
  const entry = datastoreSchema.safeParse(placed.entry);
  const document = entry.success && faults.length === 0 ? datastoreDocument(entry.data, region.value, ca.value) : undefined;
  return { document, faults };
}

function checkName({ path, entry }: Placed<DatastoreEntry>, { show }: Surroundings): readonly Fault[] {
  if (entry.layout !== 'pbs' || entry.prefix === undefined) return [];
  const problem = checkPbsName(entry.prefix);
  const at = [...path, 'prefix'];
  return problem === undefined ? [] : [{ path: at, problem: `${show(at, entry.prefix)} ${problem}` }];
}

function checkTls({ path, entry, given }: Placed<DatastoreEntry>): readonly Fault[] {
  const keys = ['ca-file', 'fingerprint'].filter((key) => given.includes(key));
  if (keys.length === 2)
    return [{ path: [...path, 'fingerprint'], atKey: true, problem: 'stands beside ca-file; keep one of them' }];
  const [key] = keys;
  if (key === undefined || isWrong(entry, given, 'endpoint')) return [];
  if (entry.endpoint !== undefined && isSecure(entry.endpoint)) return [];
  const reason = entry.endpoint === undefined ? 'there is no endpoint' : 'the endpoint is not https://';
  return [
    {
      path: [...path, key],
      atKey: true,
      problem: `has nothing to check, since ${reason}; take it out, or write an https:// endpoint`,
    },
  ];
}

function regionOf(
  { path, entry, given }: Placed<DatastoreEntry>,
  environment: Environment,
): { value: string; faults: readonly Fault[] } {
  const fallback = entry.endpoint === undefined ? environmentRegion(environment) : 'us-east-1';
  const value = entry.region ?? fallback;
  if (value !== undefined) return { value, faults: [] };
  if (isWrong(entry, given, 'region') || isWrong(entry, given, 'endpoint')) return { value: '', faults: [] };
  const problem = 'is missing; add the region of the bucket on AWS (or set AWS_REGION), or the endpoint of another provider';
  return { value: '', faults: [{ path: [...path, 'region'], problem }] };
}

function environmentRegion(environment: Environment): string | undefined {
  const regions = [environment['AWS_REGION'], environment['AWS_DEFAULT_REGION']];
  return regions.find((region) => region !== undefined && checkRegion(region) === undefined);
}

/** What is written but wrong has its fault already: what follows from it would only hide that. */
function isWrong(entry: Partial<DatastoreEntry>, given: readonly string[], key: keyof DatastoreEntry): boolean {
  return given.includes(key) && entry[key] === undefined;
}

function readCa(
  { path, entry }: Placed<DatastoreEntry>,
  around: Surroundings,
): { value: string | undefined; faults: readonly Fault[] } {
  const file = entry['ca-file'];
  if (file === undefined) return { value: undefined, faults: [] };
  const at = [...path, 'ca-file'];
  const answer = readPem(file, around);
  if ('ca' in answer) return { value: answer.ca, faults: [] };
  return { value: undefined, faults: [{ path: at, problem: `${around.show(at, file)} ${answer.problem}` }] };
}

function readPem(file: string, { readFile }: Surroundings): ReturnType<typeof parseCa> {
  try {
    return parseCa(readFile(file));
  } catch (error) {
    return { problem: readProblem(error, 'check the path, which starts at the folder of the configuration file') };
  }
}

/** Why a file could not be read, in words that follow its name; `advice` is for one that does not exist. */
export function readProblem(error: unknown, advice: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === undefined) throw error;
  if (code === 'ENOENT') return `does not exist; ${advice}`;
  if (code === 'EISDIR') return 'is a folder; name the file in it';
  return code === 'EACCES' ? 'may not be read; give this user the right to read it' : `cannot be read (${code}); check the path`;
}
