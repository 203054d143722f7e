import { describe, expect, it } from 'vitest';
import { CERTIFICATE, edit, faultsOf, FILE, FINGERPRINT, OTHER_CERTIFICATE, parse } from './sample.ts';

describe('parseConfig', () => {
  it('fills in the defaults and gives each job its datastores', () => {
    const { datastores, jobs, settings } = parse(FILE);
    expect(datastores).toEqual([
      { id: 'main', layout: 'pbs', bucket: 'pbs-main', prefix: 'main', region: 'eu-central-1', pathStyle: false },
      {
        id: 'offsite',
        layout: 'pbs',
        bucket: 'pbs-offsite',
        prefix: 'main',
        region: 'us-east-1',
        endpoint: 'https://s3.example.com',
        pathStyle: true,
      },
    ]);
    expect(jobs).toEqual([
      {
        id: 'daily-offsite',
        source: { id: 'main', layout: 'pbs', bucket: 'pbs-main', prefix: 'main', region: 'eu-central-1', 'path-style': false },
        target: {
          id: 'offsite',
          layout: 'pbs',
          bucket: 'pbs-offsite',
          prefix: 'main',
          region: 'us-east-1',
          endpoint: 'https://s3.example.com',
          'path-style': true,
        },
        namespace: '',
        'target-namespace': '',
        'worker-threads': 4,
        'start-batch-size': 10,
        'start-batch-period': 1,
        'transfers-in-flight': 'auto',
        'transfer-mode': 'relay',
        verify: 'full',
        'target-in-use': 'refuse',
        timetable: [],
        'notify-mode': 'on-change',
        settle: '2m',
        poll: '5m',
        timezone: 'UTC',
        'group-filter': [],
        'verified-only': false,
        'encrypted-only': false,
        'resync-corrupt': false,
        owner: 'source',
        'fill-gaps': false,
        'carry-marks': true,
        'remove-vanished': false,
        'max-delete': '25%',
        'vanished-by-filter': false,
        overlap: 'queue',
        'queue-depth': 1,
        'dry-run': false,
        'max-worker-threads': 8,
      },
    ]);
    expect(settings).toEqual({ maxWorkerThreads: 8, groupMetrics: false });
  });

  it('needs neither jobs nor settings', () => {
    expect(parse(FILE.slice(0, FILE.indexOf('jobs:')))).toMatchObject({ jobs: [], settings: { maxWorkerThreads: 32 } });
  });

  it('gives jobs that survive JSON', () => {
    const { jobs } = parse(edit('    path-style: true', '    ca-file: ca.pem'));
    expect(JSON.parse(JSON.stringify(jobs))).toEqual(jobs);
  });

  it('writes endpoints and fingerprints in one spelling', () => {
    const text = edit(
      '    endpoint: https://s3.example.com',
      '    endpoint: HTTPS://S3.Example.com:443/',
      `    fingerprint: ${FINGERPRINT}`,
    );
    expect(parse(text).datastores[1]).toMatchObject({
      endpoint: 'https://s3.example.com',
      fingerprint: FINGERPRINT.toUpperCase(),
    });
  });

  it('takes http endpoints', () => {
    expect(
      parse(edit('    endpoint: https://s3.example.com', '    endpoint: http://10.0.0.7:9000')).datastores[1]?.endpoint,
    ).toBe('http://10.0.0.7:9000');
  });

  it.each([
    'env:MAIN',
    'profile:backup',
    'secret:flotilla/offsite',
    'secret:arn:aws:secretsmanager:eu-west-1:111122223333:secret:a-AbCdEf',
  ])('takes credentials %s', (credentials) => {
    expect(parse(edit('    path-style: true', `    credentials: ${credentials}`)).datastores[1]?.credentials).toBe(credentials);
  });

  it('reads the certificates of a ca-file, and nothing else of it', () => {
    const ca = parse(edit('    path-style: true', '    ca-file: ca.pem')).datastores[1]?.ca;
    expect(ca).toBe(`${CERTIFICATE.trim()}\n${OTHER_CERTIFICATE.trim()}\n`);
  });

  it('follows merge keys', () => {
    const text = edit('    source: main', '    source: main', '    <<: &options', '      worker-threads: 2');
    expect(
      parse(text.replace('settings:', '  - id: weekly\n    source: offsite\n    target: main\n    <<: *options\nsettings:')).jobs,
    ).toMatchObject([{ 'worker-threads': 2 }, { id: 'weekly', 'worker-threads': 2 }]);
  });

  it('lets two jobs write one datastore when their target namespaces lie apart', () => {
    const second = ['  - id: second', '    source: main', '    target: offsite', '    target-namespace: prod2'];
    expect(faultsOf(edit('    target: offsite', '    target: offsite', '    target-namespace: prod', ...second))).toEqual([]);
  });
});

describe('parseConfig, on AWS', () => {
  const noRegion = FILE.replace('    region: eu-central-1\n', '');

  it.each(['AWS_REGION', 'AWS_DEFAULT_REGION'])('takes the region from %s', (name) => {
    expect(parse(noRegion, { [name]: 'eu-north-1' }).datastores[0]?.region).toBe('eu-north-1');
  });

  it.each([{}, { AWS_REGION: '' }, { AWS_REGION: 'no region' }])('says when there is no region in %j', (environment) => {
    expect(faultsOf(noRegion, environment)).toEqual([
      'flotilla.yaml:2:5  datastores[0].region  is missing; add the region of the bucket on AWS (or set AWS_REGION), or the endpoint of another provider',
    ]);
  });
});

describe('parseConfig, with variables', () => {
  it('puts them into values', () => {
    const text = edit('    bucket: pbs-main', '    bucket: pbs-${SITE}').replace(
      'max-worker-threads: 8',
      'max-worker-threads: ${MAX}',
    );
    expect(parse(text, { SITE: 'hq', MAX: '16' })).toMatchObject({
      datastores: [{ bucket: 'pbs-hq' }, {}],
      settings: { maxWorkerThreads: 16 },
    });
  });

  it('reads a quoted one as text', () => {
    expect(faultsOf(edit('  max-worker-threads: 8', '  max-worker-threads: "${MAX}"'), { MAX: '16' })).toEqual([
      'flotilla.yaml:18:23  settings.max-worker-threads  ${MAX} is text; wanted a whole number from 1 to 1000, written without quotes',
    ]);
  });

  it('names one that is not set, and says nothing else of that value', () => {
    expect(faultsOf(edit('    bucket: pbs-main', '    bucket: ${SITE}-${KIND}'), { KIND: 'x' })).toEqual([
      'flotilla.yaml:4:13  datastores[0].bucket  needs ${SITE}, which the environment does not have; set SITE',
    ]);
  });

  it('takes one that is set to nothing as an empty text', () => {
    expect(parse(edit('    target: offsite', '    target: offsite', '    namespace: ${NS}'), { NS: '' }).jobs[0]?.namespace).toBe(
      '',
    );
  });

  it('never shows what one holds', () => {
    const [fault] = faultsOf(edit('    bucket: pbs-main', '    bucket: ${BUCKET}'), { BUCKET: 'HUNTER2' });
    expect(fault).toContain('datastores[0].bucket  ${BUCKET} is no bucket name');
    expect(fault).not.toContain('HUNTER2');
  });
});
