import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { queryObjects } from 'node:v8';
import { describe, expect, it } from '@jest/globals';
import type { PreparedOperation, StreamedResponse } from '../../../src/contract/graph.ts';
import { followGraph } from '../../../src/server/follow-graph.ts';
import { createSubscriptionLimit } from '../../../src/server/subscription-limit.ts';
import { ANONYMOUS } from '../../../src/contract/principal.ts';

const LOG = ['1', '2', '3', '4', '5', '6'];

/** A graph whose stream reads LOG from a cursor on, and then waits. */
function graph(name: string, available: () => number) {
  const replaced = new AbortController();
  const expired = new AbortController();
  let released = 0;
  const lease = {
    graph: {} as never,
    replaced: replaced.signal,
    expired: expired.signal,
    release: () => void (released += 1),
  };
  return { name, lease, replaced, expired, released: () => released, available, prepared: {} as PreparedOperation };
}

function setUp(places: boolean, given?: ReturnType<typeof graph>) {
  let served = 2;
  const one = given ?? graph('one', () => served);
  const two = graph('two', () => LOG.length);
  const ended = new AbortController();
  const begun: string[] = [];
  const following = followGraph({
    begun: one,
    begin: () => {
      begun.push('two');
      return two;
    },
    ended: ended.signal,
    moveWithinMs: 1,
    resumeAfter: undefined,
    refused: () => ({ data: null }),
    run: async function* (prepared, signal, resumeAfter): AsyncGenerator<StreamedResponse> {
      const on = prepared === one.prepared ? one : two;
      for (let index = Number(resumeAfter ?? 0); index < on.available(); index++) {
        yield { data: { on: on.name, id: LOG[index] }, ...(places ? { cursor: String(index + 1) } : {}) };
      }
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  });
  return { one, two, ended, following, begun, serve: (count: number) => void (served = count) };
}

describe('a subscription whose graph is replaced', () => {
  it('goes on with the next graph where it was, without a seam, and gives the old one back', async () => {
    const { one, two, ended, following } = setUp(true);
    const responses = following.responses();
    const seen = [await responses.next(), await responses.next()].map(({ value }) => (value as StreamedResponse).data);
    const next = responses.next();
    one.replaced.abort();
    seen.push(((await next).value as StreamedResponse).data);
    while (seen.length < LOG.length) seen.push(((await responses.next()).value as StreamedResponse).data);
    expect(seen).toEqual(LOG.map((id, index) => ({ on: index < 2 ? 'one' : 'two', id })));
    expect(one.released()).toBe(1);
    one.expired.abort();
    expect(following.expired.aborted).toBe(false);
    ended.abort();
    following.release();
    following.release();
    expect(two.released()).toBe(1);
  });

  it('ends with its graph where the stream has no places', async () => {
    const { one, ended, following, begun } = setUp(false);
    const responses = following.responses();
    await responses.next();
    await responses.next();
    const next = responses.next();
    one.replaced.abort();
    await new Promise((resolve) => setTimeout(resolve, 5));
    one.expired.abort();
    expect(following.expired.aborted).toBe(true);
    expect(begun).toEqual([]);
    ended.abort();
    expect(await next).toMatchObject({ done: true });
  });
});

describe('the limit of subscriptions', () => {
  it('leaves nothing behind at its graph when it ends', async () => {
    const one = graph('one', () => 0);
    const followed = [setUp(true, one), setUp(true, one)];
    // What only weak references keep is gone after this: they hold until the end of a turn.
    await turn();
    queryObjects(AbortController, { format: 'count' });
    for (const { ended } of followed) ended.abort();
    expect(getEventListeners(one.replaced.signal, 'abort')).toHaveLength(0);
    expect(getEventListeners(one.expired.signal, 'abort')).toHaveLength(0);
  });

  it('counts those of a principal that is known, and gives a place back once', () => {
    const limit = createSubscriptionLimit(2);
    const key = { ...ANONYMOUS, kind: 'api-key', id: 'k' } as const;
    const leave = limit.enter(key);
    limit.enter(key);
    expect(() => limit.enter(key)).toThrow('one principal may have 2 subscriptions at once');
    limit.enter({ ...key, id: 'other' });
    leave();
    leave();
    limit.enter(key);
    expect(() => limit.enter(key)).toThrow();
    for (let n = 0; n < 5; n++) limit.enter(ANONYMOUS);
    expect(limit.count()).toBe(8);
  });
});
