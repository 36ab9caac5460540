// What the answer cache keeps, and what it must not: within its budget, by tag, and never from before a change.
import { describe, expect, it } from '@jest/globals';
import { createAnswerCache, type KeptAnswer } from '../../../src/transport/answer-cache.ts';

const answer = (tags: readonly string[], bytes = 10): KeptAnswer => ({
  response: { status: 200, headers: {}, body: Buffer.alloc(bytes) },
  freshness: { freshUntil: 1, staleUntil: 1, validators: {} },
  tags,
});

describe('the answer cache', () => {
  it('throws out what bears a tag, and nothing else', () => {
    const cache = createAnswerCache(100_000);
    cache.put('a', answer(['Order:1', 'Customer:7']), cache.mark());
    cache.put('b', answer(['Order:2']), cache.mark());
    expect(cache.purge(['Customer:7', 'Customer:8'])).toBe(1);
    expect([cache.get('a'), cache.get('b')?.tags]).toEqual([undefined, ['Order:2']]);
  });

  it('keeps no answer that was on its way when one of its tags was purged', () => {
    const cache = createAnswerCache(100_000);
    const mark = cache.mark();
    cache.purge(['Order:1']);
    cache.put('before', answer(['Order:1']), mark);
    cache.put('of another', answer(['Order:2']), mark);
    cache.put('after', answer(['Order:1']), cache.mark());
    expect(['before', 'of another', 'after'].map((key) => cache.get(key) !== undefined)).toEqual([false, true, true]);
  });

  it('still knows that after more purges than it can tell apart', () => {
    const cache = createAnswerCache(100_000);
    const mark = cache.mark();
    cache.purge(['Order:1']);
    for (let i = 0; i < 11_000; i += 1) cache.purge([`Product:${i}`]);
    cache.put('before', answer(['Order:1']), mark);
    expect(cache.get('before')).toBeUndefined();
  });

  it('keeps nothing that was on its way when it was emptied', () => {
    const cache = createAnswerCache(100_000);
    const mark = cache.mark();
    cache.clear();
    cache.put('before', answer([]), mark);
    expect(cache.get('before')).toBeUndefined();
  });

  it('stays within its bytes: the least recently used go first, with their tags', () => {
    const cache = createAnswerCache(10_000);
    for (const key of ['a', 'b', 'c']) cache.put(key, answer(['all'], 2_000), cache.mark());
    cache.get('a');
    cache.put('d', answer(['all'], 2_000), cache.mark());
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key) !== undefined)).toEqual([true, false, true, true]);
    expect(cache.purge(['all'])).toBe(3);
  });

  it('does not keep what is larger than all its bytes', () => {
    const cache = createAnswerCache(10_000);
    cache.put('a', answer(['all'], 20_000), cache.mark());
    expect([cache.get('a'), cache.purge(['all'])]).toEqual([undefined, 0]);
  });

  it('forgets the tags of an answer that another has replaced', () => {
    const cache = createAnswerCache(10_000);
    cache.put('a', answer(['old']), cache.mark());
    cache.put('a', answer(['new']), cache.mark());
    expect([cache.purge(['old']), cache.purge(['new'])]).toEqual([0, 1]);
  });
});
