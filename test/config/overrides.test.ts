import { describe, expect, it } from 'vitest';
import { describeOverrides } from '../../lib/config/describe-overrides.ts';
import { jobDocument, mergeOverrides, otherSelection, parseJob } from '../../lib/config/job-document.ts';
import { omitKeys } from '../../lib/config/spelling.ts';
import { ConfigError } from '../../lib/errors.ts';
import { FILE, parse } from './sample.ts';

const DOCUMENT = jobDocument(parse(FILE), 'daily-offsite');

function faultsOf(overrides: unknown): string[] {
  try {
    mergeOverrides(DOCUMENT, overrides);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.code).toBe('OVERRIDES_INVALID');
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  return [];
}

describe('otherSelection', () => {
  const ofRun = (overrides: object) => otherSelection(DOCUMENT, mergeOverrides(DOCUMENT, overrides));

  it('is of groups, or of snapshots, which says the least of the job, or of neither', () => {
    expect([ofRun({}), ofRun({ 'worker-threads': 7 })]).toEqual([undefined, undefined]);
    expect(ofRun({ 'group-filter': ['type:ct'] })).toBe('groups');
    expect(ofRun({ 'transfer-last': 1 })).toBe('snapshots');
    expect(ofRun({ 'group-filter': ['type:ct'], 'verified-only': true })).toBe('snapshots');
  });
});

describe('mergeOverrides', () => {
  it.each([undefined, null, {}, { 'worker-threads': undefined }])('takes %j for no override', (overrides) => {
    expect(mergeOverrides(DOCUMENT, overrides)).toEqual(DOCUMENT);
  });

  it('puts what the run says in the place of what the job says', () => {
    const overrides = {
      'worker-threads': 8,
      'transfers-in-flight': 2,
      'transfer-mode': 'copy',
      'remove-vanished': true,
      'dry-run': true,
      'scheduled-time': '2026-11-01T09:10:00+01:00',
    };
    expect(mergeOverrides(DOCUMENT, overrides)).toEqual({ ...DOCUMENT, ...overrides });
  });

  it('gives the same when it is done again', () => {
    const once = mergeOverrides(DOCUMENT, { 'worker-threads': 8, 'dry-run': true });
    expect(mergeOverrides(once, { 'worker-threads': 8, 'dry-run': true })).toEqual(once);
    expect(mergeOverrides(JSON.parse(JSON.stringify(once)), {})).toEqual(once);
  });

  it('does not lift the ceiling of the settings', () => {
    expect(parseJob(mergeOverrides(DOCUMENT, { 'worker-threads': 1000 })).workerThreads).toBe(8);
  });

  it('leaves out for one run, by null, what the job says', () => {
    const limited = mergeOverrides(DOCUMENT, { 'max-depth': 2, 'transfer-last': 3, 'rate-in': '1 MB', 'burst-in': '2 MB' });
    const none = { 'max-depth': null, 'transfer-last': null, 'rate-in': null, 'burst-in': null, 'rate-out': null };
    expect(mergeOverrides(limited, none)).toEqual(DOCUMENT);
    expect(mergeOverrides(limited, { 'group-filter': [] })).toEqual(limited);
  });

  it('checks what the run says together with what the job says', () => {
    const job = { ...DOCUMENT, 'target-namespace': 'a/b', 'rate-in': '1 MB', 'burst-in': '2 MB' };
    expect(() => mergeOverrides(job, { 'max-depth': 6 })).toThrow('max-depth  6 is too deep');
    expect(() => mergeOverrides(job, { 'rate-in': null })).toThrow('burst-in  stands without rate-in');
    expect(() => mergeOverrides(job, { 'rate-in': null })).toThrow(expect.objectContaining({ code: 'OVERRIDES_INVALID' }));
    expect(() => mergeOverrides(job, { 'transfer-last': 0, 'burst-out': '1 MB', 'max-depth': 6 })).toThrow('3 faults');
    expect(mergeOverrides(job, { 'max-depth': 5, 'rate-in': '3 MB' })).toMatchObject({ 'max-depth': 5, 'rate-in': '3 MB' });
  });

  it('lists everything that is wrong', () => {
    expect(
      faultsOf({
        'worker-threads': '8',
        'transfers-in-flight': 0,
        'transfer-mode': 'rely',
        'remove-vanished': 'true',
        'dry-run': null,
        'scheduled-time': 'now',
        worker_thread: 3,
        target: 'main',
      }),
    ).toEqual([
      'remove-vanished  "true" is text; wanted true or false, written without quotes',
      'worker-threads  "8" is text; wanted a whole number from 1 to 1000, written without quotes',
      'transfers-in-flight  0 is too low; wanted a whole number from 1 to 256, or auto',
      'transfer-mode  "rely" is not known here; wanted relay, copy or auto; did you mean relay?',
      'dry-run  the key has no value; wanted true or false, or leave the key out',
      'scheduled-time  "now" is no ISO 8601 time; write it as 2026-11-01T08:10:00Z',
      'worker_thread  unknown key; did you mean worker-threads?',
      expect.stringMatching(/^target  unknown key; known here: max-depth, group-filter, .*, dry-run, .*after-run$/),
    ]);
  });

  it.each(['id', 'source', 'target', 'namespace', 'target-namespace', 'target-in-use', 'max-worker-threads'])(
    'does not let a run change %s',
    (key) => {
      expect(faultsOf({ [key]: 'x' })).toEqual([expect.stringContaining(`${key}  unknown key`)]);
    },
  );

  it.each([
    [[], 'the value is a list; wanted keys with their values'],
    ['{}', '"{}" is text; wanted keys with their values'],
    [8, '8 is a number; wanted keys with their values'],
  ])('refuses %j', (overrides, fault) => {
    expect(faultsOf(overrides)).toEqual([fault]);
  });

  it('names the job', () => {
    expect(() => mergeOverrides(DOCUMENT, { x: 1 })).toThrow(
      'the options for this run of job daily-offsite cannot be used: 1 fault',
    );
  });
});

describe('describeOverrides', () => {
  it('says of each option what a flag needs to know', () => {
    const ofJob = (key: string, option: object): object => ({ key, ofJob: true, ...option });
    const yesOrNo = { type: 'boolean', none: false };
    const bytes = { type: 'text', examples: ['20 MiB'], none: null };
    expect(describeOverrides().map((option) => omitKeys(option, ['help']))).toEqual([
      ofJob('max-depth', { type: 'integer', minimum: 0, maximum: 7, none: null }),
      ofJob('group-filter', { type: 'list', examples: [['type:vm', 'exclude:group:vm/100']], none: [] }),
      ofJob('transfer-last', { type: 'integer', minimum: 1, none: null }),
      ofJob('verified-only', yesOrNo),
      ofJob('encrypted-only', yesOrNo),
      ofJob('resync-corrupt', yesOrNo),
      ofJob('owner', { type: 'text', examples: ['source', 'backup@pbs'] }),
      ofJob('fill-gaps', yesOrNo),
      ofJob('carry-marks', yesOrNo),
      ofJob('remove-vanished', yesOrNo),
      ofJob('max-delete', { type: 'text', examples: ['25%', 100] }),
      ofJob('vanished-by-filter', yesOrNo),
      ofJob('worker-threads', { type: 'integer', minimum: 1, maximum: 1000 }),
      ofJob('start-batch-size', { type: 'integer', minimum: 0, maximum: 1000 }),
      ofJob('start-batch-period', { type: 'integer', minimum: 1, maximum: 3600 }),
      ofJob('transfers-in-flight', { type: 'integer', word: 'auto', minimum: 1, maximum: 256 }),
      ofJob('transfer-mode', { type: 'choice', choices: ['relay', 'copy', 'auto'] }),
      ofJob('verify', { type: 'choice', choices: ['full', 'crc'] }),
      ...['rate-in', 'burst-in', 'rate-out', 'burst-out'].map((key) => ofJob(key, bytes)),
      ofJob('overlap', { type: 'choice', choices: ['skip', 'queue', 'parallel'] }),
      ofJob('queue-depth', { type: 'integer', minimum: 0, maximum: 100 }),
      { key: 'dry-run', ofJob: false, type: 'boolean', default: false, none: false },
      { key: 'scheduled-time', ofJob: false, type: 'text' },
      { key: 'schedule-name', ofJob: false, type: 'text' },
      { key: 'pending-only', ofJob: false, ...yesOrNo },
      { key: 'after-run', ofJob: false, type: 'text' },
    ]);
  });

  it('has help for each', () => {
    for (const { help } of describeOverrides()) expect(help).toMatch(/\.$/);
  });
});
