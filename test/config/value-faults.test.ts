import { describe, expect, it } from 'vitest';
import { edit, faultsOf, FILE } from './sample.ts';

describe('a value of the wrong kind', () => {
  it.each<[string, string, string[], string]>([
    [
      'an unknown key',
      '    target: offsite',
      ['    target: offsite', '    worker-thread: 2'],
      '17:5  jobs[0].worker-thread  unknown key; did you mean worker-threads?',
    ],
    ['an unknown section', 'settings:', ['setings:'], '17:1  setings  unknown key; did you mean settings?'],
    [
      'a missing key',
      '    bucket: pbs-main',
      ['    # none'],
      '2:5  datastores[0].bucket  is missing; add it: The bucket that holds it',
    ],
    [
      'a key without value',
      '    bucket: pbs-main',
      ['    bucket:'],
      '4:12  datastores[0].bucket  the key has no value; wanted text, or leave the key out',
    ],
    [
      'a number for text',
      '    bucket: pbs-main',
      ['    bucket: 123'],
      '4:13  datastores[0].bucket  123 is a number; wanted text, written in quotes',
    ],
    [
      'true for text',
      '    bucket: pbs-main',
      ['    bucket: true'],
      '4:13  datastores[0].bucket  true is true/false; wanted text, written in quotes',
    ],
    [
      'a list for text',
      '    bucket: pbs-main',
      ['    bucket: [a]'],
      '4:13  datastores[0].bucket  the value is a list; wanted text',
    ],
    [
      'keys for text',
      '    bucket: pbs-main',
      ['    bucket: { a: 1 }'],
      '4:13  datastores[0].bucket  the value is a set of keys; wanted text: leave out the blank after the colon, or put it in quotes',
    ],
    [
      'a number in quotes',
      '    target: offsite',
      ['    target: offsite', '    worker-threads: "8"'],
      '17:21  jobs[0].worker-threads  "8" is text; wanted a whole number from 1 to 1000, written without quotes',
    ],
    [
      'a fraction',
      '    target: offsite',
      ['    target: offsite', '    worker-threads: 1.5'],
      '17:21  jobs[0].worker-threads  1.5 is a fraction; wanted a whole number from 1 to 1000',
    ],
    [
      'no workers',
      '    target: offsite',
      ['    target: offsite', '    worker-threads: 0'],
      '17:21  jobs[0].worker-threads  0 is too low; wanted a whole number from 1 to 1000',
    ],
    [
      'too many workers',
      '  max-worker-threads: 8',
      ['  max-worker-threads: 1001'],
      '18:23  settings.max-worker-threads  1001 is too high; wanted a whole number from 1 to 1000',
    ],
    [
      'too many transfers',
      '    target: offsite',
      ['    target: offsite', '    transfers-in-flight: 257'],
      '17:26  jobs[0].transfers-in-flight  257 is too high; wanted a whole number from 1 to 256, or auto',
    ],
    [
      'yes for true',
      '    path-style: true',
      ['    path-style: yes'],
      '12:17  datastores[1].path-style  "yes" is text; wanted true or false',
    ],
    [
      'true in quotes',
      '    path-style: true',
      ['    path-style: "true"'],
      '12:17  datastores[1].path-style  "true" is text; wanted true or false, written without quotes',
    ],
    [
      'an unknown layout',
      '    layout: pbs',
      ['    layout: tape'],
      '3:13  datastores[0].layout  "tape" is not known here; wanted pbs',
    ],
    [
      'an unknown mode',
      '    target: offsite',
      ['    target: offsite', '    transfer-mode: rely'],
      '17:20  jobs[0].transfer-mode  "rely" is not known here; wanted relay, copy or auto; did you mean relay?',
    ],
  ])('%s', (_, line, by, expected) => {
    expect(faultsOf(edit(line, ...by))).toEqual([`flotilla.yaml:${expected}`]);
  });

  it('a set of keys for a list', () => {
    expect(faultsOf(FILE.replace(/jobs:[^]*settings:/, 'jobs: { id: daily }\nsettings:'))).toEqual([
      'flotilla.yaml:13:7  jobs  the value is a set of keys; wanted a list',
    ]);
  });

  it('no datastore', () => {
    expect(faultsOf('datastores: []\n')).toEqual(['flotilla.yaml:1:13  datastores  the value has no entry; wanted at least one']);
    expect(faultsOf('settings: {}\n')).toEqual([
      'flotilla.yaml:1:1  datastores  is missing; add it: The datastores that jobs read and write',
    ]);
  });
});
