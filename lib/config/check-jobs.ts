import type { DatastoreEntry } from './datastore-schema.ts';
import type { Placed } from './check-datastores.ts';
import { checkOptions } from './check-options.ts';
import { endpointSpace } from '../datastore/endpoint-space.ts';
import { formatPath } from './fault.ts';
import type { Fault } from './fault.ts';
import type { JobEntry } from './job-schema.ts';
import { suggestKey } from './nearest-key.ts';
import { foldersOverlap, formatPlace, placesOverlap } from './place.ts';
import type { Place } from './place.ts';
import type { ShowValue } from './schema-faults.ts';

type Job = Placed<JobEntry>;
type Datastores = ReadonlyMap<string, Side | undefined>;

/** A datastore as a job sees it. */
interface Side extends Place {
  /** Undefined also where they are written but wrong. */
  readonly credentials: string | undefined;
  readonly wrongCredentials: boolean;
}

/** Ids that are given twice, at the second place. */
export function checkIds(placed: readonly Placed<{ readonly id: string }>[], show: ShowValue): readonly Fault[] {
  return placed.flatMap(({ path, entry: { id } }, index) => {
    const before = placed.slice(0, index).find((other) => other.entry.id === id);
    if (id === undefined || before === undefined) return [];
    return [
      {
        path: [...path, 'id'],
        problem: `${show([...path, 'id'], id)} is the id of ${formatPath(before.path)} already; choose another`,
      },
    ];
  });
}

/** What is wrong between jobs and the datastores they name. */
export function checkJobs(
  jobs: readonly Job[],
  datastores: readonly Placed<DatastoreEntry>[],
  show: ShowValue,
): readonly Fault[] {
  const known: Datastores = new Map(
    datastores.flatMap(({ entry, given }) => (entry.id === undefined ? [] : [[entry.id, sideOf({ entry, given })]])),
  );
  return jobs.flatMap((job, index) => [
    ...checkReference(job, 'source', known, show),
    ...checkReference(job, 'target', known, show),
    ...checkSides(job, known),
    ...checkCopy(job, known),
    ...checkOptions(job).map((fault) => ({ ...fault, path: [...job.path, ...fault.path] })),
    ...jobs.slice(0, index).flatMap((before) => checkTargets(before, job, known)),
  ]);
}

function sideOf({ entry, given }: Omit<Placed<DatastoreEntry>, 'path'>): Side | undefined {
  const { endpoint, bucket, prefix, credentials } = entry;
  if (bucket === undefined || prefix === undefined) return undefined;
  return { endpoint, bucket, prefix, credentials, wrongCredentials: credentials === undefined && given.includes('credentials') };
}

function checkReference(job: Job, side: 'source' | 'target', known: Datastores, show: ShowValue): readonly Fault[] {
  const id = job.entry[side];
  if (id === undefined || known.has(id)) return [];
  const path = [...job.path, side];
  return [{ path, problem: `${show(path, id)} is no datastore of this file; ${suggestKey(id, [...known.keys()])}` }];
}

/** A datastore is no copy of itself, and a copy inside its source would be read as part of it. */
function checkSides({ path, entry }: Job, known: Datastores): readonly Fault[] {
  const at = [...path, 'target'];
  if (entry.source !== undefined && entry.source === entry.target)
    return [{ path: at, problem: 'is the source itself; name another datastore' }];
  const [source, target] = [placeIn(known, entry.source), placeIn(known, entry.target)];
  if (source === undefined || target === undefined || !placesOverlap(source, target)) return [];
  return [
    {
      path: at,
      problem: `is the same place as the source, or inside it (${formatPlace(source)}); choose another bucket or prefix`,
    },
  ];
}

/** A provider copies between its own buckets only, for someone who may read the one and write the other. */
function checkCopy({ path, entry }: Job, known: Datastores): readonly Fault[] {
  const [source, target] = [placeIn(known, entry.source), placeIn(known, entry.target)];
  if (entry['transfer-mode'] !== 'copy' || source === undefined || target === undefined) return [];
  const [from, to] = [endpointSpace(source.endpoint), endpointSpace(target.endpoint)];
  const at = [...path, 'transfer-mode'];
  if (from !== to)
    return [{ path: at, problem: `copy works on one endpoint only, and the job goes from ${from} to ${to}; use relay or auto` }];
  if (source.credentials === target.credentials || source.wrongCredentials || target.wrongCredentials) return [];
  const change = 'give both datastores the same, which may read the one and write the other, or use relay or auto';
  return [{ path: at, problem: `copy needs one principal, and source and target have different credentials; ${change}` }];
}

/** Two jobs must not write the same groups: each would take the other's for its own. */
function checkTargets(before: Job, job: Job, known: Datastores): readonly Fault[] {
  const [a, b] = [placeIn(known, before.entry.target), placeIn(known, job.entry.target)];
  if (a === undefined || b === undefined || !placesOverlap(a, b)) return [];
  if (a.prefix === b.prefix && !anchorsOverlap(before, job)) return [];
  const other = before.entry.id === undefined ? 'the job before' : `job ${before.entry.id}`;
  const problem = `is written by ${other} too (${formatPlace(b)}, with all namespaces below the anchor); choose another target, or target-namespaces that lie apart`;
  return [{ path: [...job.path, 'target'], problem }];
}

/** An anchor that is written but wrong has its fault already, and overlaps nothing. */
function anchorsOverlap(before: Job, job: Job): boolean {
  const [a, b] = [before, job].map(
    ({ entry, given }) => entry['target-namespace'] ?? (given.includes('target-namespace') ? undefined : ''),
  );
  return a !== undefined && b !== undefined && foldersOverlap(a, b);
}

function placeIn(known: Datastores, id: string | undefined): Side | undefined {
  return id === undefined ? undefined : known.get(id);
}
