import { describe, expect, it } from 'vitest';
import { faultsOf, FILE } from './sample.ts';

describe('a file that is no YAML', () => {
  it.each<[string, string, string]>([
    ['a tab', 'jobs:\n\t- id: a', '2:1  not valid YAML: Tabs are not allowed as indentation; indent with spaces'],
    [
      'a reserved character',
      'bucket: @a',
      '1:9  not valid YAML: Plain value cannot start with reserved character @; put the value in quotes',
    ],
    ['a quote that is not closed', 'bucket: "a', '1:11  not valid YAML: Missing closing "quote; close it'],
    ['an unknown tag', 'bucket: !env A', '1:9  not valid YAML: Unresolved tag: !env'],
    ['a second document', 'datastores: []\n---\njobs: []\n', '2:1  a second YAML document begins; keep one document in the file'],
    ['an alias to nothing', 'datastores: *none', '1:13  datastores  refers to *none, which is not set before; set it with &none'],
    ['text', 'hello', '1:1  "hello" is text; wanted keys with their values'],
    ['a list', '- a', '1:1  the value is a list; wanted keys with their values'],
    ['nothing', '', '1:1  the file is empty; write datastores: and jobs: (examples/flotilla.yaml is a start)'],
    ['a comment', '# nothing\n', '1:1  the file is empty; write datastores: and jobs: (examples/flotilla.yaml is a start)'],
  ])('has %s', (_, text, expected) => {
    expect(faultsOf(text)).toEqual([`flotilla.yaml:${expected}`]);
  });

  it('has several faults of the text: all are listed, and nothing that would follow from them', () => {
    expect(faultsOf(`${FILE}a: @a\nb: @b\n`)).toHaveLength(2);
  });

  it('has aliases that would grow without end', () => {
    const layers = [
      'a: &a [x, x, x, x, x]',
      'b: &b [*a, *a, *a, *a, *a]',
      'c: &c [*b, *b, *b, *b, *b]',
      'd: [*c, *c, *c, *c, *c]',
    ];
    expect(faultsOf(layers.join('\n'))).toEqual([expect.stringContaining('1:1  not readable as YAML: Excessive alias count')]);
  });

  it('has an alias of itself', () => {
    expect(faultsOf('datastores: &a [*a]')).toEqual([expect.stringContaining('datastores[0]  the value is a list; wanted keys')]);
  });
});

describe('what a fault points at', () => {
  it('is the value behind an alias, where it is written', () => {
    const text = FILE.replace('bucket: pbs-main', 'bucket: &name PBS').replace('bucket: pbs-offsite', 'bucket: *name');
    expect(faultsOf(text).map((fault) => fault.split('  ', 2))).toEqual([
      ['flotilla.yaml:4:19', 'datastores[0].bucket'],
      ['flotilla.yaml:4:19', 'datastores[1].bucket'],
    ]);
  });

  it('is the entry around a value that came by a merge key', () => {
    const text = FILE.replace('    source: main', '    <<: { source: mian }');
    expect(faultsOf(text)).toEqual([
      'flotilla.yaml:14:5  jobs[0].source  "mian" is no datastore of this file; did you mean main?',
    ]);
  });

  it('counts lines that end as on Windows', () => {
    expect(faultsOf(FILE.replace('pbs-main', 'PBS').replaceAll('\n', '\r\n'))).toEqual([
      expect.stringMatching(/^flotilla.yaml:4:13 /),
    ]);
  });

  it('survives keys that mean something to JavaScript', () => {
    expect(faultsOf(`${FILE}__proto__: { settings: {} }\nconstructor: 1\n`)).toEqual([
      'flotilla.yaml:19:1  __proto__  unknown key; known here: datastores, jobs, notify, settings',
      'flotilla.yaml:20:1  constructor  unknown key; known here: datastores, jobs, notify, settings',
    ]);
  });
});
