import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDatastoreId, checkNamespace, checkPrefix } from '../../lib/config/formats.ts';
import { isNamespace } from '../../lib/layouts/pbs/namespaces.ts';
import { edit, faultsOf } from './sample.ts';

describe('a value of the wrong form', () => {
  it.each<[string, string, string[], string]>([
    [
      'a job id with _',
      '  - id: daily-offsite',
      ['  - id: daily_offsite'],
      '14:9  jobs[0].id  "daily_offsite" is no job id; use 3 to 32 letters, digits and hyphens, beginning with a letter or digit (it becomes the name of a stack)',
    ],
    [
      'a bucket with capitals',
      '    bucket: pbs-main',
      ['    bucket: PBS'],
      '4:13  datastores[0].bucket  "PBS" is no bucket name; use 3 to 63 of a-z, 0-9, dot and hyphen, with a letter or digit at both ends',
    ],
    [
      'a bucket with two dots',
      '    bucket: pbs-main',
      ['    bucket: a..b'],
      '4:13  datastores[0].bucket  "a..b" is no bucket name; two dots may not stand side by side',
    ],
    [
      'a bucket like an IP',
      '    bucket: pbs-main',
      ['    bucket: 10.0.0.1'],
      '4:13  datastores[0].bucket  "10.0.0.1" is no bucket name; it looks like an IP address',
    ],
    [
      'an odd region',
      '    region: eu-central-1',
      ['    region: eu central'],
      '6:13  datastores[0].region  "eu central" is no region; write one such as eu-central-1',
    ],
    [
      'an endpoint without scheme',
      '    endpoint: https://s3.example.com',
      ['    endpoint: s3.example.com'],
      '11:15  datastores[1].endpoint  "s3.example.com" has no scheme; write https:// before it',
    ],
    [
      'an endpoint of another scheme',
      '    endpoint: https://s3.example.com',
      ['    endpoint: ftp://a'],
      '11:15  datastores[1].endpoint  "ftp://a" has the scheme ftp://; write https://',
    ],
    [
      'an endpoint that is none',
      '    endpoint: https://s3.example.com',
      ['    endpoint: https://'],
      '11:15  datastores[1].endpoint  "https://" is no URL; write one such as https://s3.example.com',
    ],
    [
      'an endpoint with a query',
      '    endpoint: https://s3.example.com',
      ['    endpoint: https://a?b'],
      '11:15  datastores[1].endpoint  "https://a?b" has a part after ? or #; write the URL without it',
    ],
    [
      'an endpoint of PBS',
      '    endpoint: https://s3.example.com',
      ["    endpoint: '{{bucket}}.s3.example.com'"],
      '11:15  datastores[1].endpoint  "{{bucket}}.s3.example.com" is a template of PBS; write the host alone, path-style: false puts the bucket before it',
    ],
    [
      'a password in an endpoint',
      '    endpoint: https://s3.example.com',
      ['    endpoint: https://me:hunter2@a'],
      '11:15  datastores[1].endpoint  "https://***@a" holds a user or password; take them out and use credentials:',
    ],
    [
      'keys as credentials',
      '    path-style: true',
      ['    credentials: AKIAEXAMPLE'],
      '12:18  datastores[1].credentials  the value does not say where the credentials are; write env:<NAME>, profile:<name> or secret:<name or ARN>, never the keys themselves',
    ],
    [
      'a number as credentials',
      '    path-style: true',
      ['    credentials: 12345'],
      '12:18  datastores[1].credentials  the value is a number; wanted text, written in quotes',
    ],
    [
      'a short fingerprint',
      '    path-style: true',
      ['    fingerprint: AA:BB'],
      '12:18  datastores[1].fingerprint  "AA:BB" is no SHA-256 fingerprint; write its 32 bytes in hex with colons, AA:BB:.. (openssl x509 -noout -fingerprint -sha256)',
    ],
    [
      'a namespace with a slash at its end',
      '    target: offsite',
      ['    target: offsite', '    namespace: a/'],
      '17:16  jobs[0].namespace  "a/" has a slash at an end; write a/b, and "" for the root',
    ],
    [
      'a namespace with an empty part',
      '    target: offsite',
      ['    target: offsite', '    namespace: a//b'],
      '17:16  jobs[0].namespace  "a//b" has the part ""; use letters, digits, _ . and -, beginning with a letter, a digit or _',
    ],
    [
      'a namespace too deep',
      '    target: offsite',
      ['    target: offsite', '    target-namespace: a/b/c/d/e/f/g/h'],
      '17:23  jobs[0].target-namespace  "a/b/c/d/e/f/g/h" is 8 levels deep; PBS allows 7',
    ],
  ])('%s', (_, line, by, expected) => {
    expect(faultsOf(edit(line, ...by))).toEqual([`flotilla.yaml:${expected}`]);
  });
});

describe('a prefix', () => {
  it.each<[string, string]>([
    ['/main', 'has a slash at its beginning; write it without'],
    ['main/', 'has a slash at its end; write it without'],
    ['a/../b', 'has a part . or ..; S3 keys are no paths, write the folder itself'],
    ['a//b', 'has two slashes side by side; write one'],
    ['a'.repeat(513), 'is too long; use at most 512 characters'],
  ])('%s is refused', (prefix, problem) => {
    expect(checkPrefix(prefix)).toBe(problem);
  });

  it.each(['ab', 'a/b', '.hidden', '-main', 'm'.repeat(33), 'ma in'])('%s is no name of a PBS datastore', (prefix) => {
    expect(
      faultsOf(edit('    region: eu-central-1', '    region: eu-central-1').replace('prefix: main', `prefix: ${prefix}`)),
    ).toEqual([
      `flotilla.yaml:5:13  datastores[0].prefix  "${prefix}" is no PBS datastore name; use 3 to 32 letters, digits, _ . and -, beginning with a letter, a digit or _`,
    ]);
  });

  it.each(['abc', 'm'.repeat(32), 'pbs.main-1', '_x_'])('%s is the name of a PBS datastore', (prefix) => {
    expect(
      faultsOf(edit('    region: eu-central-1', '    region: eu-central-1').replace('prefix: main', `prefix: ${prefix}`)),
    ).toEqual([]);
  });
});

describe('a namespace', () => {
  it('is one for the configuration when it is one for the pbs layout', () => {
    const part = fc.oneof(
      fc.string({ unit: fc.constantFrom('a', 'B', '0', '_', '.', '-', ' ', 'ü'), maxLength: 3 }),
      fc.integer({ min: 28, max: 257 }).map((length) => 'n'.repeat(length)),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const namespace = parts.join('/');
        expect(checkNamespace(namespace) === undefined).toBe(isNamespace(namespace));
      }),
      { numRuns: 500 },
    );
  });

  it('says how long it may be', () => {
    expect(checkNamespace('n'.repeat(256))).toBe('has 256 characters; PBS allows 256 with the slashes');
    expect(checkNamespace('n'.repeat(255))).toBeUndefined();
  });
});

describe('a datastore id', () => {
  it.each(['a', '_', 'a.b-c_d', 'x'.repeat(64)])('%s is one', (id) => {
    expect(checkDatastoreId(id)).toBeUndefined();
  });

  it.each(['', '.a', '-a', 'a/b', 'a b', 'x'.repeat(65), 'a\n'])('"%s" is none', (id) => {
    expect(checkDatastoreId(id)).toContain('is no id');
  });
});
