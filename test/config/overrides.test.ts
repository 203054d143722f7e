import { describe, expect, it } from 'vitest';
import { describeOverrides } from '../../lib/config/describe-overrides.ts';
import { jobDocument, mergeOverrides, parseJob } from '../../lib/config/job-document.ts';
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
      'worker-threads  "8" is text; wanted a whole number from 1 to 1000, written without quotes',
      'transfers-in-flight  0 is too low; wanted a whole number from 1 to 256',
      'transfer-mode  "rely" is not known here; wanted relay, copy or auto; did you mean relay?',
      'remove-vanished  "true" is text; wanted true or false, written without quotes',
      'dry-run  the key has no value; wanted true or false, or leave the key out',
      'scheduled-time  "now" is no ISO 8601 time; write it as 2026-11-01T08:10:00Z',
      'worker_thread  unknown key; did you mean worker-threads?',
      'target  unknown key; known here: worker-threads, transfers-in-flight, transfer-mode, remove-vanished, dry-run, scheduled-time',
    ]);
  });

  it.each(['id', 'source', 'target', 'namespace', 'target-namespace', 'max-worker-threads'])(
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
    expect(describeOverrides().map((option) => omitKeys(option, ['help']))).toEqual([
      { key: 'worker-threads', ofJob: true, type: 'integer', minimum: 1, maximum: 1000 },
      { key: 'transfers-in-flight', ofJob: true, type: 'integer', minimum: 1, maximum: 256 },
      { key: 'transfer-mode', ofJob: true, type: 'choice', choices: ['relay', 'copy', 'auto'] },
      { key: 'remove-vanished', ofJob: true, type: 'boolean' },
      { key: 'dry-run', ofJob: false, type: 'boolean', default: false },
      { key: 'scheduled-time', ofJob: false, type: 'text' },
    ]);
  });

  it('has help for each', () => {
    for (const { help } of describeOverrides()) expect(help).toMatch(/\.$/);
  });
});
