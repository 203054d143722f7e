import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import type { Job } from '../../lib/sync/job.ts';

/** A datastore in a bucket of its own; nothing is reached by it. */
export function location(id: string, members: Partial<DatastoreLocation> = {}): DatastoreLocation {
  return { id, layout: 'pbs', bucket: `bucket-${id}`, prefix: id, region: 'eu-central-1', pathStyle: true, ...members };
}

/** A job from `main` to `offsite` as the configuration file gives it when it says nothing else. */
export function job(members: Partial<Job> = {}): Job {
  return {
    id: 'daily-offsite',
    source: location('main'),
    target: location('offsite'),
    namespace: '',
    targetNamespace: '',
    maxDepth: undefined,
    groupFilter: [],
    transferLast: undefined,
    verifiedOnly: false,
    encryptedOnly: false,
    resyncCorrupt: false,
    owner: 'source',
    fillGaps: false,
    carryMarks: false,
    removeVanished: false,
    maxDelete: { kind: 'share', share: 0.25 },
    vanishedByFilter: false,
    targetInUse: 'refuse',
    workerThreads: 4,
    workerThreadsWanted: 4,
    startBatchSize: 10,
    startBatchPeriod: 1,
    transfersInFlight: 4,
    transferMode: 'relay',
    verify: 'full',
    rateIn: undefined,
    rateOut: undefined,
    burstIn: undefined,
    burstOut: undefined,
    timetable: [],
    timezone: 'UTC',
    overlap: 'queue',
    queueDepth: 1,
    scheduledTime: undefined,
    schedules: [],
    onBackup: false,
    after: [],
    maxLagSeconds: undefined,
    dryRun: false,
    ...members,
  };
}
