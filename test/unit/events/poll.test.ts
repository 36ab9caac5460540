// Polls over both stores: what they tell of, page by page, and where they go on.
import { afterAll, describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { pino } from 'pino';
import { pollsSchema } from '../../../src/config/poll-settings.ts';
import type { HubCall } from '../../../src/contract/hub-call.ts';
import type { Store } from '../../../src/contract/store.ts';
import { createStoreEventLog } from '../../../src/events/log/store-event-log.ts';
import { compilePoll } from '../../../src/events/poll/compile-poll.ts';
import { createMemoryBus } from '../../../src/events/memory-bus.ts';
import { pollOnce } from '../../../src/events/poll/poll-once.ts';
import { runPolls } from '../../../src/events/poll/run-polls.ts';
import { embeddedStores, hasPostgres, postgresStores, type TestStores } from '../../kit/stores.ts';

const SCHEMA = buildSchema(`
  type Query { stock(page: Int, since: String): Stock }
  type Stock { next: Int items: [Item!]! }
  type Item { sku: ID! count: Int! changed: String gone: Boolean }
`);

interface Item {
  readonly sku: string;
  readonly count: number;
  readonly changed?: string;
  readonly gone?: boolean;
}

const poll = (more: Record<string, unknown> = {}) => {
  const { stock } = pollsSchema.parse({
    stock: {
      source: 'warehouse',
      type: 'Item',
      query:
        'query($page: Int, $since: String) { stock(page: $page, since: $since) { next items { sku count changed gone } } }',
      items: 'stock.items',
      key: '{ "sku": sku }',
      nextPage: 'data.stock.next',
      ...more,
    },
  });
  return compilePoll('stock', stock!, SCHEMA);
};

function describePolls(name: string, stores: TestStores): void {
  afterAll(() => stores.close());

  function setUp(store: Store, more = {}) {
    const log = createStoreEventLog({ store, maxEvents: 1_000 });
    const asked: unknown[] = [];
    const compiled = poll(more);
    let items: Item[] = [];
    const call: HubCall = ({ variables }) => {
      asked.push(variables);
      const page = Number(variables.page ?? 0);
      const next = (page + 1) * 2 < items.length ? page + 1 : null;
      return Promise.resolve({ data: { stock: { next, items: items.slice(page * 2, page * 2 + 2) } } });
    };
    /** One page further, as the process that has the lease; resolves with whether the pass is over. */
    async function step(): Promise<boolean> {
      const db = await store.open();
      await db.insertInto('polls').values({ name: 'stock', pass: 1, full: 1, next_at: 0 }).onConflict((on) => on.doNothing()).execute(); // prettier-ignore
      await db.updateTable('polls').set({ owner: 'me' }).execute();
      const state = await db.selectFrom('polls').selectAll().executeTakeFirstOrThrow();
      return (await pollOnce(compiled, state, { db, log, call, owner: 'me' })).passOver;
    }
    async function pass(now: Item[]): Promise<string[]> {
      items = now;
      const before = await log.tail();
      while (!(await step()));
      return (await log.read(before, 100)).map(({ operation, key }) => `${operation} ${String(key.sku)}`);
    }
    /** Keeps the poll going until it has asked so often. */
    async function run(over: Store, times: number): Promise<void> {
      const ended = new AbortController();
      const counted: HubCall = (operation) => {
        if (asked.length + 1 >= times) ended.abort();
        return call(operation);
      };
      const logger = pino({ level: 'silent' });
      const bus = createMemoryBus();
      await runPolls({ store: over, log, bus, polls: () => [compiled], call: counted, logger, signal: ended.signal });
    }
    return { log, asked, pass, step, run, set: (now: Item[]) => void (items = now) };
  }

  describe(`polls over ${name}`, () => {
    it('tell of what is new, changed and gone, and of nothing else', async () => {
      const store = await stores.open();
      const { pass } = setUp(store);
      const [a, b, c] = ['a', 'b', 'c'].map((sku): Item => ({ sku, count: 1 }));
      expect(await pass([a!, b!, c!])).toEqual(['CREATED a', 'CREATED b', 'CREATED c']);
      expect(await pass([a!, b!, c!])).toEqual([]);
      expect(await pass([a!, { ...b!, count: 2 }])).toEqual(['UPDATED b', 'DELETED c']);
      expect(await pass([c!])).toEqual(['CREATED c', 'DELETED a', 'DELETED b']);
      expect(await pass([])).toEqual(['DELETED c']);
      stores.giveBack(store);
    });

    it('go on with the page after the last checkpoint, and a page that is read again makes no second event', async () => {
      const store = await stores.open();
      const { step, set, asked, log } = setUp(store);
      set(['a', 'b', 'c', 'd', 'e'].map((sku) => ({ sku, count: 1 })));
      expect(await step()).toBe(false);
      const db = await store.open();
      const before = await db.selectFrom('polls').selectAll().executeTakeFirstOrThrow();
      expect(await step()).toBe(false);
      // As if the process had ended after the append and before the checkpoint.
      const { page, next_at } = before;
      await db.updateTable('polls').set({ page, next_at }).execute();
      await db.deleteFrom('poll_records').where('key', 'in', ['{"sku":"c"}', '{"sku":"d"}']).execute();
      expect(await step()).toBe(false);
      expect(asked).toEqual([{}, { page: 1 }, { page: 1 }]);
      expect((await log.read(undefined, 100)).filter(({ operation }) => operation === 'CREATED')).toHaveLength(4);
      stores.giveBack(store);
    });

    it('ask from a while before the newest change on, where records say when they were changed', async () => {
      const store = await stores.open();
      const { pass, asked } = setUp(store, { modified: 'changed', deleted: 'gone', overlapMs: 60_000 });
      const at = (minute: number) => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;
      expect(await pass([{ sku: 'a', count: 1, changed: at(5) }])).toEqual(['CREATED a']);
      expect(await pass([{ sku: 'b', count: 1, changed: at(9) }])).toEqual(['CREATED b']);
      expect(await pass([{ sku: 'a', count: 1, changed: at(10), gone: true }])).toEqual(['DELETED a']);
      expect(asked.map((variables) => (variables as { since: string }).since)).toEqual([undefined, at(4), at(8)]);
      stores.giveBack(store);
    });

    it('ask from a while before the pass began on, where a record may have changed on a page that was read', async () => {
      const store = await stores.open();
      const { pass, asked } = setUp(store, { modified: 'changed', overlapMs: 60_000 });
      const before = Date.now();
      await pass([{ sku: 'a', count: 1, changed: '2999-01-01T00:00:00.000Z' }]);
      await pass([]);
      const { since } = asked[1] as { since: string };
      expect(Date.parse(since)).toBeGreaterThanOrEqual(before - 60_000);
      expect(Date.parse(since)).toBeLessThanOrEqual(Date.now() - 60_000);
      stores.giveBack(store);
    });

    it('look into the database when they are due, and not in between', async () => {
      const store = await stores.open();
      const { run } = setUp(store, { everyMs: 400, maxPagesPerMinute: 1_000 });
      let looks = 0;
      const counted = { ...store, open: () => ((looks += 1), store.open()) };
      await run(counted, 3);
      // Each page is one look, and a timer may be a moment early.
      expect(looks).toBeLessThanOrEqual(6);
      stores.giveBack(store);
    });

    it('go on where the clock was set back since they were written down', async () => {
      const store = await stores.open();
      const { run, asked } = setUp(store);
      const db = await store.open();
      const ahead = Date.now() + 3_600_000;
      await db.insertInto('polls').values({ name: 'stock', pass: 1, full: 1, next_at: ahead, owner: 'dead', lease_until: ahead }).execute(); // prettier-ignore
      await run(store, 1);
      expect(asked).toEqual([{}]);
      stores.giveBack(store);
    });
  });
}

describePolls('SQLite', embeddedStores());
if (await hasPostgres()) describePolls('PostgreSQL', postgresStores());
