import { describe, expect, it } from 'vitest';
import { readExposition } from './read-exposition.ts';

const head = '# HELP a_total Help.\n# TYPE a_total counter\n';

describe('the reader of the exposition format', () => {
  it('reads labels with escapes, and values as Go writes them', () => {
    const read = readExposition(`${head}a_total{x="q\\"b\\\\n\\n",y=""} 1e+21\n`);
    expect(read.get('a_total')?.samples).toEqual([
      {
        labels: new Map([
          ['x', 'q"b\\n\n'],
          ['y', ''],
        ]),
        value: 1e21,
      },
    ]);
  });

  it.each([
    ['a sample without TYPE', 'b 1\n'],
    ['no end of the last line', `${head}a_total 1`],
    ['a series twice', `${head}a_total{x="1",y="2"} 1\na_total{y="2",x="1"} 2\n`],
    ['an unknown escape', `${head}a_total{x="\\t"} 1\n`],
    ['an open label value', `${head}a_total{x="1} 1\n`],
    ['a timestamp', `${head}a_total 1 1395066363000\n`],
    ['a value of JavaScript', `${head}a_total Infinity\n`],
    ['a counter without _total', '# HELP b Help.\n# TYPE b counter\nb 1\n'],
    ['a gauge with _total', '# HELP b_total Help.\n# TYPE b_total gauge\nb_total 1\n'],
    ['a metric in two places', `${head}# HELP b Help.\n# TYPE b gauge\nb 1\na_total 1\n`],
    ['TYPE before HELP', '# TYPE b gauge\n# HELP b Help.\nb 1\n'],
  ])('refuses %s', (_, text) => {
    expect(() => readExposition(text)).toThrow();
  });
});
