import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatJob, jobDocument, mergeOverrides, parseJob, scheduledTime } from '../../lib/config/job-document.ts';
import { omitKeys } from '../../lib/config/spelling.ts';
import type { DatastoreLocation } from '../../lib/datastore/location.ts';
import { TRANSFER_MODES } from '../../lib/sync/job.ts';
import type { Job } from '../../lib/sync/job.ts';
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
  },
  { requiredKeys: ['id', 'layout', 'bucket', 'prefix', 'region', 'pathStyle'] },
);

const job: fc.Arbitrary<Job> = fc.record({
  id: fc.constant('daily-offsite'),
  source: location,
  target: location,
  namespace: fc.constantFrom('', 'a/b'),
  targetNamespace: fc.constantFrom('', 'a/b'),
  workerThreads: fc.integer({ min: 1, max: 1000 }),
  transfersInFlight: fc.integer({ min: 1, max: 256 }),
  transferMode: fc.constantFrom(...TRANSFER_MODES),
  removeVanished: fc.boolean(),
  dryRun: fc.boolean(),
});

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
      workerThreads: 4,
      transfersInFlight: 16,
      transferMode: 'relay',
      removeVanished: false,
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

  it('uses the lower of worker-threads and max-worker-threads', () => {
    expect(parseJob({ ...DOCUMENT, 'worker-threads': 9, 'max-worker-threads': 8 }).workerThreads).toBe(8);
    expect(parseJob({ ...DOCUMENT, 'worker-threads': 7, 'max-worker-threads': 8 }).workerThreads).toBe(7);
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

describe('scheduledTime', () => {
  it('is that of the run, if it has one', () => {
    expect(scheduledTime(DOCUMENT)).toBeUndefined();
    expect(scheduledTime(mergeOverrides(DOCUMENT, { 'scheduled-time': '2026-11-01T08:10:00Z' }))).toBe('2026-11-01T08:10:00Z');
  });
});
