import { describe, expect, it } from '@jest/globals';
import { boundData, boundText, isEmptyData } from '../../../../src/subgraphs/ai/bound-data.ts';

describe('data for a model', () => {
  it('keeps JSON as it is, without names that start with two underscores', () => {
    const source = JSON.parse(
      '{"__typename":"T","__proto__":{"a":1},"text":"x","list":[1,null,true,{"__typename":"U","b":2}]}',
    );
    expect(boundData(source, 1_000).data).toEqual({ text: 'x', list: [1, null, true, { b: 2 }] });
  });

  it('is cut at the limit and says so', () => {
    const { data, chars } = boundData({ first: 'a'.repeat(50), second: 'b'.repeat(50), third: 'c' }, 80);
    expect(data).toEqual({ first: 'a'.repeat(50), second: 'b'.repeat(11), truncated: true });
    expect(chars).toBe(80);
  });

  it('ends however deep or wide the source is', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    expect(JSON.stringify(boundData(cyclic, 1_000).data).length).toBeLessThan(300);
    const wide = { list: Array.from({ length: 100_000 }, () => ({})) };
    expect((boundData(wide, 400).data.list as unknown[]).length).toBeLessThan(100);
  });

  it('never cuts through a surrogate pair', () => {
    expect(boundText('ab😀', 3)).toBe('ab');
    expect(boundText('ab😀', 4)).toBe('ab😀');
  });

  it('is empty where there is nothing but nulls, empty texts and empty lists', () => {
    expect(isEmptyData({ a: null, b: ' ', c: [{ d: '' }], e: {} })).toBe(true);
    expect(isEmptyData({ a: 0 })).toBe(false);
  });
});
