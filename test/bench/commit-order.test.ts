import { describe, expect, it } from 'vitest';
import { judgeOrder } from '../../bench/commit-order.ts';

describe('judgeOrder', () => {
  const needs = [{ manifest: 'index.json.blob', objects: ['a', 'b'] }];
  const judge = (...keys: readonly string[]) => judgeOrder(needs, new Map(keys.map((key, at) => [`main/${key}`, at * 1000])));

  it('finds nothing where the manifest came last', () => {
    expect(judge('b', 'a', 'index.json.blob')).toEqual({ visible: 1, torn: 0, longestSeconds: 0 });
  });

  it('tells for how long a manifest was there before what it needs', () => {
    expect(judge('a', 'index.json.blob', 'x', 'b')).toEqual({ visible: 1, torn: 1, longestSeconds: 2 });
    expect(judge('a', 'index.json.blob')).toEqual({ visible: 1, torn: 1, longestSeconds: Infinity });
  });

  it('says nothing of a snapshot that never became visible', () => {
    expect(judge('a')).toEqual({ visible: 0, torn: 0, longestSeconds: 0 });
  });
});
