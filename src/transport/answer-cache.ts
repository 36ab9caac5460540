// Answers kept over time, within a budget of bytes, found by key and thrown out by tag. One for all sources of a hub; made
// by compose.ts, filled by transports.
import { LRUCache } from 'lru-cache';
import type { Freshness } from './freshness.ts';
import type { UpstreamResponse } from '../contract/transport.ts';

export interface KeptAnswer {
  /** As it came: what was decoded from it is not kept, so the budget is what is used. */
  readonly response: Pick<UpstreamResponse, 'status' | 'headers' | 'body'>;
  readonly freshness: Freshness;
  readonly tags: readonly string[];
}

export interface AnswerCache {
  get(key: string): KeptAnswer | undefined;
  /** Taken before the upstream is asked. */
  mark(): number;
  /** Keeps nothing where one of its tags was purged after `mark`: the answer may be from before the change. */
  put(key: string, answer: KeptAnswer, mark: number): void;
  /** Throws out whatever bears one of the tags; resolves at once, with how many answers that were. */
  purge(tags: readonly string[]): number;
  clear(): void;
}

/** Changes that are remembered for answers that were on their way when they happened. */
const REMEMBERED_PURGES = 10_000;
/** What an entry costs beside its body: headers, key, tags, policy. */
const ENTRY_BYTES = 1_024;

export function createAnswerCache(maxBytes: number): AnswerCache {
  const keysOf = new Map<string, Set<string>>();
  const answers = new LRUCache<string, KeptAnswer>({
    maxSize: maxBytes,
    sizeCalculation: ({ response, tags }, key) =>
      response.body.byteLength + key.length + tags.reduce((sum, tag) => sum + tag.length, 0) + ENTRY_BYTES,
    dispose: ({ tags }, key) => untag(tags, key),
  });
  let purges = 0;
  /** Purges up to this one are no longer told apart: an answer from before it is not kept, whatever its tags. */
  let forgotten = 0;
  const purgedAt = new LRUCache<string, number>({
    max: REMEMBERED_PURGES,
    dispose: (at, _tag, reason) => {
      if (reason === 'evict') forgotten = Math.max(forgotten, at);
    },
  });

  const untag = (tags: readonly string[], key: string): void => {
    for (const tag of tags) {
      const keys = keysOf.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(tag);
    }
  };

  return {
    get: (key) => answers.get(key),
    mark: () => purges,
    put(key, answer, mark) {
      if (mark < forgotten || answer.tags.some((tag) => (purgedAt.peek(tag) ?? 0) > mark)) return;
      answers.set(key, answer);
      // Too large for the budget: it was not kept.
      if (answers.peek(key) !== answer) return;
      for (const tag of answer.tags) {
        const keys = keysOf.get(tag);
        if (keys === undefined) keysOf.set(tag, new Set([key]));
        else keys.add(key);
      }
    },
    purge(tags) {
      purges += 1;
      const keys = new Set<string>();
      for (const tag of tags) {
        purgedAt.set(tag, purges);
        for (const key of keysOf.get(tag) ?? []) keys.add(key);
      }
      for (const key of keys) answers.delete(key);
      return keys.size;
    },
    clear() {
      purges += 1;
      forgotten = purges;
      answers.clear();
    },
  };
}
