// Feeds over both stores: what they store, where they go on, and which hub has them.
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { feedsSchema } from '../../../src/config/feed-settings.ts';
import type { SyncEvent } from '../../../src/contract/events.ts';
import type { OperationPlan } from '../../../src/contract/graph.ts';
import type { HubStream } from '../../../src/contract/hub-call.ts';
import type { Store } from '../../../src/contract/store.ts';
import { compileFeed, type Feed } from '../../../src/events/feed/compile-feed.ts';
import { runFeeds } from '../../../src/events/feed/run-feeds.ts';
import { createIntake } from '../../../src/events/intake/create-intake.ts';
import { createStoreDeadLetters } from '../../../src/events/intake/store-dead-letters.ts';
import { createStoreEventLog } from '../../../src/events/log/store-event-log.ts';
import { createMemoryBus } from '../../../src/events/memory-bus.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { createDeliveryCounts } from '../../../src/telemetry/delivery-counts.ts';
import { createLogger } from '../../../src/telemetry/logger.ts';
import { embeddedStores, hasPostgres, postgresStores, type TestStores } from '../../kit/stores.ts';

const SETTINGS = {
  source: 'shop',
  subscription: 'subscription($after: Int) { orderEvents(after: $after) { id seq } }',
  map: '{ "type": "Order", "operation": "UPDATED", "key": { "id": orderEvents.id } }',
  resume: 'orderEvents.seq',
};
const settings = (more: Record<string, unknown> = {}) =>
  feedsSchema.parse({ orders: { ...SETTINGS, ...more } }).orders!;

const graph = (subgraph: string) => ({
  schema: buildSchema(`
    type Query { a: Int }
    type Subscription { orderEvents(after: Int): Order }
    type Order { id: ID seq: Int }
  `),
  prepare: () => ({
    kind: 'subscription' as const,
    execute: () => Promise.reject(new Error('not run')),
    subscribe: () => PassThrough.from([]),
    explain: (): OperationPlan => ({
      steps: { kind: 'fetch', subgraph, sourceKind: 'graphql', operation: '', calls: [] },
      calls: { fixed: 1, batched: 0, perItem: [] },
    }),
  }),
});
const compile = (more: Record<string, unknown> = {}): Feed => compileFeed('orders', settings(more), graph('shop'));

/** A source whose streams the test writes; each is handed out when a hub opens it. */
function createSource() {
  const opened = new PassThrough({ objectMode: true });
  const stream: HubStream = ({ variables }, signal) => {
    const items = new PassThrough({ objectMode: true });
    signal.addEventListener('abort', () => items.end());
    opened.write({ items, variables, signal });
    return items;
  };
  return {
    stream,
    async next() {
      if (opened.readableLength === 0) await once(opened, 'readable');
      const { items, variables, signal } = opened.read() as {
        items: PassThrough;
        variables: object;
        signal: AbortSignal;
      };
      const send = (id: string, seq: number) => items.write({ data: { orderEvents: { id, seq } } });
      return { variables, signal, items, send, end: () => items.end() };
    },
    none: () => opened.readableLength === 0,
  };
}

const ids = (events: readonly SyncEvent[]) => events.map(({ key }) => key.id);

function describeFeeds(name: string, stores: TestStores): void {
  afterAll(() => stores.close());

  function setUp(store: Store, source = createSource()) {
    const log = createStoreEventLog({ store, maxEvents: 1_000 });
    const bus = createMemoryBus();
    const deadLetters = createStoreDeadLetters(store);
    const logger = createLogger('silent');
    const intakeOf = (map = SETTINGS.map) =>
      createIntake({
        webhooks: {},
        feeds: { orders: settings({ map }) },
        log,
        deadLetters,
        describedBy: () => new Map(),
        counts: createDeliveryCounts(),
        wake: () => bus.publish(),
        logger,
      });
    const intake = intakeOf();
    const ended = new AbortController();
    const { signal } = ended;
    return {
      log,
      source,
      deadLetters,
      intakeOf,
      /** As one hub; resolves when it has stopped. */
      run: (more: Partial<Parameters<typeof runFeeds>[0]> = {}) => {
        const feed = compile();
        return runFeeds({
          store,
          feeds: () => [feed],
          stream: source.stream,
          take: (...item) => intake.take(...item),
          logger,
          signal,
          leaseMs: 150,
          ...more,
        });
      },
      /** The log, once it has so many events. */
      events: async (count: number) => {
        for (;;) {
          const woken = bus.wait(signal);
          const events = await log.read(undefined, 100);
          if (events.length >= count) return events;
          await woken;
        }
      },
      stop: async (...running: Promise<void>[]) => {
        ended.abort();
        await Promise.all(running);
        stores.giveBack(store);
      },
      take: (...item: Parameters<typeof intake.take>) => intake.take(...item),
    };
  }

  describe(`feeds over ${name}`, () => {
    it('make events of items, in order, and go on after the last one when the stream has ended', async () => {
      const { run, source, events, stop } = setUp(await stores.open());
      const running = run();
      const first = await source.next();
      expect(first.variables).toEqual({});
      first.send('a', 1);
      first.send('b', 2);
      first.send('a', 3);
      expect(await events(3)).toMatchObject(
        ['a', 'b', 'a'].map((id, at) => ({
          source: 'shop',
          type: 'Order',
          key: { id },
          deliveryId: `orders:${at + 1}`,
          payload: { orderEvents: { id, seq: at + 1 } },
        })),
      );
      first.end();
      const second = await source.next();
      expect(second.variables).toEqual({ after: 3 });
      // A source that tells of the last one again makes no second event of it.
      second.send('a', 3);
      second.send('c', 4);
      expect(ids(await events(4))).toEqual(['a', 'b', 'a', 'c']);
      await stop(running);
    });

    it('keep an item that is no event as a dead letter, and what is no item keeps nothing back', async () => {
      const { run, source, events, deadLetters, intakeOf, stop } = setUp(await stores.open());
      const running = run();
      const { items, send } = await source.next();
      items.write({ data: { orderEvents: { id: '', seq: 1 } } });
      items.write({ data: null, errors: [{ message: 'no', extensions: { code: 'HUB_UPSTREAM_FAILED' } }] });
      send('b', 2);
      expect(ids(await events(1))).toEqual(['b']);
      const [letter] = await deadLetters.list({}, 10);
      expect(letter).toMatchObject({ webhook: 'feed:orders', source: 'shop', deliveryId: 'orders:1' });
      const mended = intakeOf('{ "type": "Order", "operation": "CUSTOM", "key": { "id": "none" } }');
      expect(await mended.replay(letter!)).toBe(1);
      expect(await mended.receive('feed:orders', { requestId: 'r', headers: {}, body: letter!.body })).toMatchObject({
        status: 404,
      });
      await stop(running);
    });

    it('hold an item until it is stored, and take none meanwhile', async () => {
      const { run, source, events, take, stop } = setUp(await stores.open());
      const tried: string[] = [];
      const running = run({
        take: (feed, delivery) => {
          tried.push(delivery.body.toString());
          if (tried.length > 2) return take(feed, delivery);
          return Promise.reject(new HubFault('HUB_EVENT_STORE_UNAVAILABLE', 'away'));
        },
      });
      const { send } = await source.next();
      send('a', 1);
      send('b', 2);
      expect(ids(await events(2))).toEqual(['a', 'b']);
      expect(tried.map((body) => JSON.parse(body).orderEvents.id)).toEqual(['a', 'a', 'a', 'b']);
      await stop(running);
    });

    it('are opened anew where a reload has compiled them anew, and go on where they were', async () => {
      const { run, source, events, stop } = setUp(await stores.open());
      let feed = compile();
      const running = run({ feeds: () => [feed] });
      const before = await source.next();
      before.send('a', 1);
      await events(1);
      feed = compile();
      const after = await source.next();
      expect(before.signal.aborted).toBe(true);
      expect(after.variables).toEqual({ after: 1 });
      await stop(running);
      expect(after.signal.aborted).toBe(true);
    });
  });
}

describeFeeds('SQLite', embeddedStores());
if (await hasPostgres()) {
  describeFeeds('PostgreSQL', postgresStores());

  describe('a feed of two hubs', () => {
    const stores = postgresStores();
    afterAll(() => stores.close());
    const idle = { take: () => Promise.resolve(), logger: createLogger('silent') };

    it('is followed by one, and by the other when that one stops', async () => {
      const store = await stores.open();
      const feed = compile();
      const hubs = [createSource(), createSource()].map((source) => {
        const stop = new AbortController();
        const common = {
          ...idle,
          leaseMs: 600,
          store,
          feeds: () => [feed],
          stream: source.stream,
          signal: stop.signal,
        };
        return { source, stop: () => stop.abort(), over: runFeeds(common) };
      });
      const opened = hubs.map(({ source }, hub) => source.next().then(() => hub));
      const first = await Promise.race(opened);
      const [one, other] = [hubs[first]!, hubs[1 - first]!];
      // The lease is renewed in between.
      const db = await store.open();
      const from = Date.now();
      for (;;) {
        const { lease_until } = await db.selectFrom('feeds').selectAll().executeTakeFirstOrThrow();
        if (lease_until! > from + 1_200) break;
      }
      expect(other.source.none()).toBe(true);
      one.stop();
      await one.over;
      expect(await opened[1 - first]).toBe(1 - first);
      other.stop();
      await other.over;
      stores.giveBack(store);
    });

    it('is taken over from a hub that has died when its lease is over, and left where another one has it', async () => {
      const store = await stores.open();
      const db = await store.open();
      const until = Date.now() + 250;
      await db.insertInto('feeds').values({ name: 'orders', owner: 'dead', lease_until: until, place: '7' }).execute();
      const source = createSource();
      const stop = new AbortController();
      const feed = compile();
      const over = runFeeds({ ...idle, leaseMs: 2_000, store, feeds: () => [feed], stream: source.stream, signal: stop.signal }); // prettier-ignore
      const { variables, signal } = await source.next();
      expect(Date.now()).toBeGreaterThanOrEqual(until);
      expect(variables).toEqual({ after: 7 });
      const lost = once(signal, 'abort');
      await db
        .updateTable('feeds')
        .set({ owner: 'other', lease_until: Date.now() + 3_000 })
        .execute();
      await lost;
      stop.abort();
      await over;
      const { owner } = await db.selectFrom('feeds').selectAll().executeTakeFirstOrThrow();
      expect(owner).toBe('other');
      stores.giveBack(store);
    });
  });
}

describe('a feed that cannot work', () => {
  it.each([
    ['is no subscription', { subscription: 'query { a }' }, 'shop', 'must be one subscription'],
    [
      'asks for what the graph does not have',
      { subscription: 'subscription { nothing }' },
      'shop',
      'Cannot query field',
    ],
    ['has a variable that nothing fills in', { resume: undefined }, 'shop', 'must have no variables'],
    ['would begin anew each time', { subscription: 'subscription { orderEvents { id } }' }, 'shop', 'variable .after'],
    ['is a stream of the hub itself', {}, 'events', 'is a stream of "events", not of "shop"'],
    ['has a place that is no JSONata', { resume: '(' }, 'shop', 'feeds.orders.resume is not JSONata'],
  ])('is refused where it %s', (_why, more, subgraph, message) => {
    expect(() => compileFeed('orders', settings(more), graph(subgraph))).toThrow(new RegExp(message));
  });
});
