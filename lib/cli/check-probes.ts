import type { JobDocument } from '../config/job-document.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import { layoutOf } from '../layouts/layouts.ts';
import type { S3Datastore } from '../s3/open-datastore.ts';

/** Outside `.cnt` and `.chunks`, where PBS and its garbage collection look (facts/pbs.md 11). */
const PROBE_KEY = '.flotilla-check';

/** What is asked of a datastore, and what the answer was. */
export interface Probe {
  readonly title: string;
  /** No job needs it. */
  readonly optional: boolean;
  run(datastore: S3Datastore): Promise<string>;
}

/** What these jobs need of a datastore: to be read, and to be written where it is a target. */
export function probesFor(location: DatastoreLocation, jobs: readonly JobDocument[]): Probe[] {
  const writing = jobs.filter(({ target }) => target.id === location.id);
  if (writing.length === 0) return [readProbe(location)];
  return [readProbe(location), WRITE, CONDITIONAL_WRITE, removeProbe(writing.some((job) => job['remove-vanished']))];
}

function readProbe({ layout: name, prefix }: DatastoreLocation): Probe {
  const layout = layoutOf(name);
  return {
    title: 'list and read',
    optional: false,
    run: async (datastore) => {
      for await (const [first] of datastore.list(layout.metadataPrefix(''), { pageSize: 1 })) {
        if (first === undefined) break;
        await datastore.get(first.key);
        return 'a backup datastore is there';
      }
      return `can be listed, and there is no backup below ${prefix}/ yet`;
    },
  };
}

const WRITE: Probe = {
  title: 'write',
  optional: false,
  run: async (datastore) => {
    await datastore.put(PROBE_KEY, Buffer.from('flotilla'));
    return `${PROBE_KEY} written`;
  },
};

const CONDITIONAL_WRITE: Probe = {
  title: 'conditional write',
  optional: false,
  run: async (datastore) => {
    const outcome = await datastore.put(PROBE_KEY, Buffer.from('flotilla'), { ifAbsent: true });
    return outcome === 'exists' ? 'honoured' : 'not honoured: two runs at once may write a chunk twice, which is harmless';
  },
};

/** Keys that may not delete are the better choice for a job that never does. */
function removeProbe(needed: boolean): Probe {
  return {
    title: needed ? 'remove' : 'remove (only remove-vanished needs it, which no job here has)',
    optional: !needed,
    run: async (datastore) => {
      await datastore.delete([PROBE_KEY]);
      return `${PROBE_KEY} removed`;
    },
  };
}
