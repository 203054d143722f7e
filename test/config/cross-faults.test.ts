import { describe, expect, it } from 'vitest';
import { edit, faultsOf, FILE, FINGERPRINT } from './sample.ts';

describe('what a datastore refers to', () => {
  it.each<[string, string, string[], string]>([
    [
      'a missing ca-file',
      '    path-style: true',
      ['    ca-file: none.pem'],
      '12:14  datastores[1].ca-file  "none.pem" does not exist; check the path, which starts at the folder of the configuration file',
    ],
    [
      'a ca-file that is no PEM',
      '    path-style: true',
      ['    ca-file: text.pem'],
      '12:14  datastores[1].ca-file  "text.pem" holds no PEM certificate; it begins with -----BEGIN CERTIFICATE-----',
    ],
    [
      'a ca-file with a key',
      '    path-style: true',
      ['    ca-file: key.pem'],
      '12:14  datastores[1].ca-file  "key.pem" holds a private key; give a file with the certificate alone',
    ],
    [
      'a damaged ca-file',
      '    path-style: true',
      ['    ca-file: damaged.pem'],
      '12:14  datastores[1].ca-file  "damaged.pem" holds a certificate that cannot be read (number 2); export it again as PEM',
    ],
    [
      'a fingerprint on AWS',
      '    region: eu-central-1',
      ['    region: eu-central-1', `    fingerprint: ${FINGERPRINT}`],
      '7:5  datastores[0].fingerprint  has nothing to check, since there is no endpoint; take it out, or write an https:// endpoint',
    ],
    [
      'a ca-file for http',
      '    endpoint: https://s3.example.com',
      ['    endpoint: http://a', '    ca-file: ca.pem'],
      '12:5  datastores[1].ca-file  has nothing to check, since the endpoint is not https://; take it out, or write an https:// endpoint',
    ],
    [
      'a ca-file and a fingerprint',
      '    path-style: true',
      [`    fingerprint: ${FINGERPRINT}`, '    ca-file: ca.pem'],
      '12:5  datastores[1].fingerprint  stands beside ca-file; keep one of them',
    ],
  ])('%s', (_, line, by, expected) => {
    expect(faultsOf(edit(line, ...by))).toEqual([`flotilla.yaml:${expected}`]);
  });

  it('says when a ca-file holds far too much for a job', () => {
    const [fault] = faultsOf(edit('    path-style: true', '    ca-file: bundle.pem'));
    expect(fault).toMatch(/"bundle.pem" holds \d+ certificates; give only the one that signed the endpoint's$/);
  });
});

describe('what stands between entries', () => {
  it.each<[string, string, string[], string]>([
    [
      'a key given twice',
      '    bucket: pbs-main',
      ['    bucket: pbs-main', '    bucket: pbs-other'],
      '5:5  datastores[0].bucket  is there twice; keep one',
    ],
    [
      'a job of an unknown datastore',
      '    target: offsite',
      ['    target: ofsite'],
      '16:13  jobs[0].target  "ofsite" is no datastore of this file; did you mean offsite?',
    ],
    [
      'a source that is its target',
      '    target: offsite',
      ['    target: main'],
      '16:13  jobs[0].target  is the source itself; name another datastore',
    ],
    [
      'a copy over two endpoints',
      '    target: offsite',
      ['    target: offsite', '    transfer-mode: copy'],
      '17:20  jobs[0].transfer-mode  copy works on one endpoint only, and the job goes from aws to https://s3.example.com; use relay or auto',
    ],
  ])('%s', (_, line, by, expected) => {
    expect(faultsOf(edit(line, ...by))).toEqual([`flotilla.yaml:${expected}`]);
  });

  it('two entries of one id', () => {
    expect(faultsOf(edit('settings:', '  - id: daily-offsite', '    source: offsite', '    target: main', 'settings:'))).toEqual([
      'flotilla.yaml:17:9  jobs[1].id  "daily-offsite" is the id of jobs[0] already; choose another',
    ]);
    expect(faultsOf(edit('  - id: offsite', '  - id: main').replace(/jobs:[^]*settings:/, 'settings:'))).toEqual([
      'flotilla.yaml:7:9  datastores[1].id  "main" is the id of datastores[0] already; choose another',
    ]);
  });

  it.each([
    ['the bucket and prefix of the source', 'prefix: main', ''],
    ['AWS by its own URL', 'prefix: main', '\n    endpoint: https://s3.eu-west-1.amazonaws.com'],
  ])('a target that has %s', (_, prefix, more) => {
    const text = FILE.replace(
      /bucket: pbs-offsite[^]*jobs:/,
      `bucket: pbs-main\n    ${prefix}\n    region: eu-west-1${more}\njobs:`,
    );
    expect(faultsOf(text)).toEqual([
      expect.stringContaining(
        'jobs[0].target  is the same place as the source, or inside it (aws/pbs-main/main); choose another bucket or prefix',
      ),
    ]);
  });
});

describe('a copy on one endpoint', () => {
  const job = (source: string, target: string): string =>
    edit('    target: offsite', '    target: offsite', '    transfer-mode: copy')
      .replace('    endpoint: https://s3.example.com\n    path-style: true\n', `    region: eu-west-1\n${target}`)
      .replace('    region: eu-central-1\n', `    region: eu-central-1\n${source}`);
  const [own, other] = ['    credentials: env:MAIN\n', '    credentials: env:OFFSITE\n'];

  it.each([
    ['two', own, other],
    ['one that only the source has', own, ''],
    ['one that only the target has', '', other],
  ])('is refused for credentials that differ: %s', (_, source, target) => {
    expect(faultsOf(job(source, target))).toEqual([
      expect.stringMatching(
        /jobs\[0\]\.transfer-mode {2}copy needs one principal, and source and target have different credentials; give both datastores the same, which may read the one and write the other, or use relay or auto$/,
      ),
    ]);
  });

  it.each([
    ['none', '', ''],
    ['the same', own, own],
  ])('is taken for credentials that agree: %s', (_, source, target) => {
    expect(faultsOf(job(source, target))).toEqual([]);
  });

  it('is not suspected for credentials that are wrong themselves', () => {
    expect(faultsOf(job(own, '    credentials: keys\n'))).toEqual([expect.stringContaining('.credentials')]);
  });
});

describe('two jobs that write the same place', () => {
  const second = (...lines: string[]): string =>
    edit('settings:', '  - id: second', '    source: main', '    target: offsite', ...lines, 'settings:');
  const fault =
    'flotilla.yaml:19:13  jobs[1].target  is written by job daily-offsite too (https://s3.example.com/pbs-offsite/main, with all namespaces below the anchor); choose another target, or target-namespaces that lie apart';

  it('are refused', () => {
    expect(faultsOf(second())).toEqual([fault]);
  });

  it('are refused when one target namespace lies in the other', () => {
    expect(faultsOf(second('    target-namespace: a/b'))).toEqual([fault]);
    expect(
      faultsOf(second('    target-namespace: a/b').replace('target: offsite', 'target: offsite\n    target-namespace: a')),
    ).toEqual([fault.replace('19:13', '20:13')]);
  });

  it('are refused when they name the place by two datastores', () => {
    const again =
      '  - id: again\n    layout: pbs\n    bucket: pbs-offsite\n    prefix: main\n    endpoint: https://s3.example.com/\njobs:';
    const text = second()
      .replace('jobs:', again)
      .replace(/target: offsite(\n +target-namespace.*)?\nsettings/, 'target: again\nsettings');
    expect(faultsOf(text)).toEqual([fault.replace('19:13', '24:13')]);
  });

  it('are not suspected for a target namespace that is wrong itself', () => {
    expect(faultsOf(second('    target-namespace: ${NS}'))).toEqual([expect.stringContaining('needs ${NS}')]);
    expect(faultsOf(second('    target-namespace: /a'))).toEqual([expect.stringContaining('has a slash at an end')]);
  });

  it('are taken when their target namespaces only begin alike', () => {
    expect(
      faultsOf(second('    target-namespace: prod2').replace('target: offsite', 'target: offsite\n    target-namespace: prod')),
    ).toEqual([]);
  });
});
