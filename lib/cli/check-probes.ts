import type { JobDocument } from '../config/job-document.ts';
import { endpointSpace } from '../datastore/endpoint-space.ts';
import type { DatastoreLocation } from '../datastore/location.ts';
import { ConfigError } from '../errors.ts';
import { layoutOf } from '../layouts/layouts.ts';
import { sendsEvents } from '../s3/bucket-events.ts';
import type { S3Connection, S3Datastore } from '../s3/open-datastore.ts';

/** Outside `.cnt` and `.chunks`, where PBS and its garbage collection look (facts/pbs.md 11). */
const PROBE_KEY = '.flotilla-check';

/** What is asked of a datastore, and what the answer was. */
export interface Probe {
  readonly title: string;
  /** No job needs it. */
  readonly optional: boolean;
  run(datastore: S3Datastore, connection: S3Connection): Promise<string>;
}

/** What these jobs need of a datastore: to be read, and to be written where it is a target. */
export function probesFor(location: DatastoreLocation, jobs: readonly JobDocument[]): Probe[] {
  const writing = jobs.filter(({ target }) => target.id === location.id);
  const reading = [readProbe(location), ...(needsEvents(location, jobs) ? [EVENTS] : [])];
  if (writing.length === 0) return reading;
  return [...reading, WRITE, CONDITIONAL_WRITE, removeProbe(writing.some((job) => job['remove-vanished']))];
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

/** `flotilla serve` asks the source itself. */
function needsEvents({ id, endpoint }: DatastoreLocation, jobs: readonly JobDocument[]): boolean {
  return endpointSpace(endpoint) === 'aws' && jobs.some(({ source, trigger }) => source.id === id && trigger !== undefined);
}

const EVENTS: Probe = {
  title: 'events to EventBridge (only trigger: on-backup in AWS needs them)',
  optional: true,
  run: async (_, connection) => {
    if (await sendsEvents(connection)) return 'sent';
    throw new ConfigError('BUCKET_SENDS_NO_EVENTS', 'not sent; docs/deploy.md says how to ask the bucket for them');
  },
};

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
