import { VERIFY_MODES } from '../../lib/datastore/layout.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJob, jobDocument, mergeOverrides, parseJob, runTrigger } from '../../lib/config/job-document.ts';
import { omitKeys } from '../../lib/config/spelling.ts';
import type { DatastoreLocation, FrameRate } from '../../lib/datastore/location.ts';
import { parseTimeFrame, type TimeFrame } from '../../lib/datastore/time-frame.ts';
import { parseGroupFilter } from '../../lib/sync/group-filter.ts';
import type { GroupFilter } from '../../lib/sync/group-filter.ts';
import { OVERLAPS, TARGET_IN_USE, TRANSFER_MODES } from '../../lib/sync/job.ts';
import type { Job, MaxDelete } from '../../lib/sync/job.ts';
import { readSchedules } from '../../lib/schedule/read-schedules.ts';
import type { Schedule } from '../../lib/schedule/schedule.ts';
import { FILE, FINGERPRINT, parse } from './sample.ts';

const DOCUMENT = jobDocument(parse(FILE), 'daily-offsite');

const location: fc.Arbitrary<DatastoreLocation> = fc.record(
  {
    id: fc.constantFrom('main', 'a.b_c'),
    layout: fc.constant('pbs'),
    bucket: fc.constant('pbs-main'),
    prefix: fc.constant('main'),
    region: fc.constant('eu-central-1'),
    pathStyle: fc.boolean(),
    endpoint: fc.constant('https://s3.example.com'),
    credentials: fc.constant('env:MAIN'),
    ca: fc.constant('-----BEGIN CERTIFICATE-----'),
    fingerprint: fc.constant(FINGERPRINT),
    rate: fc.integer({ min: 1 }),
    timetable: fc.array(fc.record({ frame: fc.constantFrom('mon..fri 8-18', '22:30 - 6').map(frame), rate: frameRate() })),
    timezone: fc.constant('Europe/Berlin'),
    putRateLimit: fc.integer({ min: 1, max: 1000 }),
    getRateLimit: fc.integer({ min: 1, max: 1000 }),
  },
  { requiredKeys: ['id', 'layout', 'bucket', 'prefix', 'region', 'pathStyle'] },
);

const orNone = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });
const bytes = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

/** A rate, and a burst only beside it. */
const limit = fc.oneof(fc.constant({ rate: undefined, burst: undefined }), fc.record({ rate: bytes, burst: orNone(bytes) }));

const maxDelete: fc.Arbitrary<MaxDelete> = fc.oneof(
  fc.record({ kind: fc.constant('count' as const), count: fc.integer({ min: 1, max: 1_000_000 }) }),
  fc.record({ kind: fc.constant('share' as const), share: fc.integer({ min: 1, max: 100 }).map((percent) => percent / 100) }),
);

const options = fc.record({
  namespace: fc.constantFrom('', 'a/b'),
  targetNamespace: fc.constantFrom('', 'a/b'),
  targetInUse: fc.constantFrom(...TARGET_IN_USE),
  maxDepth: orNone(fc.integer({ min: 0, max: 5 })),
  groupFilter: fc.array(fc.constantFrom('type:vm', 'exclude:group:vm/100', 'regex:^vm/1:?').map(filter)),
  transferLast: orNone(fc.integer({ min: 1, max: 1_000_000 })),
  verifiedOnly: fc.boolean(),
  encryptedOnly: fc.boolean(),
  resyncCorrupt: fc.boolean(),
  owner: fc.constantFrom('source', 'root@pam', 'sync@pbs!offsite'),
  fillGaps: fc.boolean(),
  carryMarks: fc.boolean(),
  removeVanished: fc.boolean(),
  maxDelete,
  vanishedByFilter: fc.boolean(),
  startBatchSize: fc.integer({ min: 0, max: 1000 }),
  startBatchPeriod: fc.integer({ min: 1, max: 3600 }),
  transfersInFlight: fc.oneof(fc.constant('auto' as const), fc.integer({ min: 1, max: 256 })),
  transferMode: fc.constantFrom(...TRANSFER_MODES),
  verify: fc.constantFrom(...VERIFY_MODES),
  dryRun: fc.boolean(),
  overlap: fc.constantFrom(...OVERLAPS),
  queueDepth: fc.integer({ min: 0, max: 100 }),
  scheduledTime: fc.constantFrom(undefined, '2025-11-02T00:00:00Z'),
  timezone: fc.constantFrom('UTC', 'America/New_York'),
  schedules: fc.constantFrom<(readonly Schedule[])[]>(
    [],
    readSchedules('every 2h', { timezone: 'UTC', jitter: '90m' }),
    readSchedules(
      [{ at: 'mon..fri 22:30' }, { name: 'full', at: 'sat 23:00', timezone: 'Europe/Berlin', overrides: { verify: 'crc' } }],
      { timezone: 'America/New_York', notBefore: '22:00', notAfter: '6:00' },
    ),
  ),
  timetable: fc.array(
    fc.oneof(
      fc.record({ frame: fc.constant(frame('0-24')), rateIn: fc.constant(5), burstIn: fc.constant(50), rateOut: frameRate() }),
      fc.record({ frame: fc.constant(frame('sat,sun 8-9')), rateIn: frameRate() }),
    ),
  ),
});

const threads = fc
  .tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 }))
  .map(([a, b]) => ({ workerThreads: Math.min(a, b), workerThreadsWanted: a }));

const job: fc.Arbitrary<Job> = fc
  .tuple(fc.record({ source: location, target: location }), options, threads, fc.tuple(limit, limit))
  .map(([sides, chosen, workers, [read, write]]) => ({
    ...{ id: 'daily-offsite', ...sides, ...chosen, ...workers },
    ...{ rateIn: read.rate, burstIn: read.burst, rateOut: write.rate, burstOut: write.burst },
  }));

function frameRate(): fc.Arbitrary<FrameRate> {
  return fc.oneof(fc.constant('unlimited' as const), fc.integer({ min: 1 }));
}

function frame(text: string): TimeFrame {
  const parsed = parseTimeFrame(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function filter(text: string): GroupFilter {
  const parsed = parseGroupFilter(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed;
}

function errorOf(act: () => unknown): { readonly code: string; readonly message: string } {
  try {
    act();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was thrown');
}

describe('jobDocument', () => {
  it('names the jobs there are, and the near one', () => {
    const two = parse(FILE.replace('settings:', '  - id: weekly\n    source: offsite\n    target: main\nsettings:'));
    expect(errorOf(() => jobDocument(two, 'weakly'))).toMatchObject({
      code: 'JOB_UNKNOWN',
      message: 'there is no job "weakly"; the configuration has daily-offsite, weekly: did you mean weekly?',
    });
  });

  it('leaves the choice to the reader when none is near', () => {
    expect(errorOf(() => jobDocument(parse(FILE), 'x')).message).toBe(
      'there is no job "x"; the configuration has daily-offsite: choose one of them',
    );
  });

  it('says when there are none', () => {
    const none = parse(FILE.replace(/jobs:[^]*settings:/, 'settings:'));
    expect(errorOf(() => jobDocument(none, 'daily')).message).toBe(
      'there is no job "daily"; the configuration has none: add it to jobs',
    );
  });
});

describe('parseJob', () => {
  it('gives the job in camelCase', () => {
    expect(parseJob(DOCUMENT)).toEqual({
      id: 'daily-offsite',
      source: { id: 'main', layout: 'pbs', bucket: 'pbs-main', prefix: 'main', region: 'eu-central-1', pathStyle: false },
      target: {
        id: 'offsite',
        layout: 'pbs',
        bucket: 'pbs-offsite',
        prefix: 'main',
        region: 'us-east-1',
        endpoint: 'https://s3.example.com',
        pathStyle: true,
      },
      namespace: '',
      targetNamespace: '',
      targetInUse: 'refuse',
      maxDepth: undefined,
      groupFilter: [],
      transferLast: undefined,
      verifiedOnly: false,
      encryptedOnly: false,
      resyncCorrupt: false,
      owner: 'source',
      fillGaps: false,
      carryMarks: true,
      removeVanished: false,
      maxDelete: { kind: 'share', share: 0.25 },
      vanishedByFilter: false,
      workerThreads: 4,
      workerThreadsWanted: 4,
      startBatchSize: 10,
      startBatchPeriod: 1,
      transfersInFlight: 'auto',
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
      dryRun: false,
    });
  });

  it('gives back the job that a document was made of', () => {
    fc.assert(
      fc.property(job, (before) => {
        expect(parseJob(JSON.parse(JSON.stringify(formatJob(before))))).toEqual(before);
      }),
    );
  });

  it('uses the lower of worker-threads and max-worker-threads, and tells what was wanted', () => {
    const workers = (wanted: number): object => parseJob({ ...DOCUMENT, 'worker-threads': wanted, 'max-worker-threads': 8 });
    expect(workers(9)).toMatchObject({ workerThreads: 8, workerThreadsWanted: 9 });
    expect(workers(7)).toMatchObject({ workerThreads: 7, workerThreadsWanted: 7 });
  });

  it('lists every fault of a document', () => {
    const source = { ...DOCUMENT.source, bucket: 'B' };
    expect(errorOf(() => parseJob({ ...omitKeys(DOCUMENT, ['target']), source, 'worker-thread': 1 }))).toMatchObject({
      code: 'JOB_INVALID',
      message: [
        'the job document cannot be used: 3 faults',
        '  source.bucket  "B" is no bucket name; use 3 to 63 of a-z, 0-9, dot and hyphen, with a letter or digit at both ends',
        '  target  is missing; add it',
        '  worker-thread  unknown key; did you mean worker-threads?',
      ].join('\n'),
    });
  });

  it.each([undefined, null, 'job', []])('refuses %j', (document) => {
    expect(errorOf(() => parseJob(document)).code).toBe('JOB_INVALID');
  });
});

describe('runTrigger', () => {
  it('is that of the run, if it has one', () => {
    expect(runTrigger(DOCUMENT)).toEqual({});
    const scheduledTime = '2026-11-01T08:10:00Z';
    expect(runTrigger(mergeOverrides(DOCUMENT, { 'scheduled-time': scheduledTime }))).toEqual({ scheduledTime });
    expect(runTrigger(mergeOverrides(DOCUMENT, { 'after-run': 'nightly/a' }))).toEqual({ afterRun: 'nightly/a' });
  });
});
