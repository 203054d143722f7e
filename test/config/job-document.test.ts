import { describe, expect, it } from 'vitest';
import { jobDocument, mergeOverrides, parseJob, runTrigger } from '../../lib/config/job-document.ts';
import { omitKeys } from '../../lib/config/spelling.ts';
import { FILE, parse } from './sample.ts';

const DOCUMENT = jobDocument(parse(FILE), 'daily-offsite');

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
      onBackup: false,
      after: [],
      dryRun: false,
    });
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
