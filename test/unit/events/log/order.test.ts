// The law of the log: whoever reads from a cursor on sees each event once, in order, whatever is appended meanwhile.
import { afterAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type { EntityChange, SyncEvent } from '../../../../src/contract/events.ts';
import { keepTrimmed, trimEvents } from '../../../../src/events/log/keep-trimmed.ts';
import { listEvents } from '../../../../src/events/log/list-events.ts';
import { toStorable } from '../../../../src/events/log/storable.ts';
import { createStoreEventLog } from '../../../../src/events/log/store-event-log.ts';
import { createPostgresStore } from '../../../../src/events/store/postgres-store.ts';
import { embeddedStores, hasPostgres, POSTGRES_URL, postgresStores, type TestStores } from '../../../kit/stores.ts';

const change = (id: number, writer = 0): EntityChange => ({
  source: 'shop',
  type: 'Order',
  operation: 'UPDATED',
  key: { id: String(id) },
  payload: { writer },
});

const HOUR_MS = 3_600_000;

function describeLog(name: string, stores: TestStores): void {
  afterAll(() => stores.close());

  describe(`retention over ${name}`, () => {
    it('drops what is too many, and remembers where', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 1_000_000 });
      const events = await log.append(Array.from({ length: 25 }, (_, index) => change(index)));
      expect(await trimEvents(store, { maxAgeMs: HOUR_MS, maxEvents: 10 })).toBe(15);
      expect(await trimEvents(store, { maxAgeMs: HOUR_MS, maxEvents: 10 })).toBe(0);
      expect(await log.read(undefined, 100)).toEqual(events.slice(15));
      await expect(log.read(events[0]?.cursor, 1)).rejects.toMatchObject({
        code: 'HUB_EVENT_GAP',
        details: { lost: 14, resumeAfter: events[14]?.cursor },
      });
      expect(await log.read(events[14]?.cursor, 100)).toEqual(events.slice(15));
      stores.giveBack(store);
    });

    it('drops what is too old, up to the last event, and goes on counting', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 100 });
      const old = await log.append([change(1), change(2), change(3)]);
      const db = await store.open();
      const twoHoursAgo = { arrived_at: Date.now() - 2 * HOUR_MS };
      await db.updateTable('events').set(twoHoursAgo).where('position', '<=', 2).execute();
      expect(await trimEvents(store, { maxAgeMs: HOUR_MS, maxEvents: 100 })).toBe(2);
      expect(await log.read(undefined, 10)).toEqual([old[2]]);
      await db.updateTable('events').set(twoHoursAgo).execute();
      expect(await trimEvents(store, { maxAgeMs: HOUR_MS, maxEvents: 100 })).toBe(1);
      expect(await log.read(undefined, 10)).toEqual([]);
      expect(await log.read(old[2]?.cursor, 10)).toEqual([]);
      const [next] = await log.append([change(4)]);
      expect(await log.read(old[2]?.cursor, 10)).toEqual([next]);
      stores.giveBack(store);
    });

    it('knows deliveries for longer than their events', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 100 });
      await log.append([{ ...change(1), deliveryId: 'd' }]);
      const db = await store.open();
      const daysAgo = (days: number) => ({ arrived_at: Date.now() - days * 24 * HOUR_MS });
      await db.updateTable('events').set(daysAgo(6)).execute();
      await db.updateTable('deliveries').set(daysAgo(6)).execute();
      expect(await trimEvents(store, { maxAgeMs: HOUR_MS, maxEvents: 100 })).toBe(1);
      expect(await log.append([{ ...change(1), deliveryId: 'd' }])).toEqual([]);
      await db.updateTable('deliveries').set(daysAgo(8)).execute();
      await trimEvents(store, { maxAgeMs: HOUR_MS, maxEvents: 100 });
      expect(await log.append([{ ...change(1), deliveryId: 'd' }])).toHaveLength(1);
      stores.giveBack(store);
    });

    it('goes round by itself until it is stopped', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 1_000_000 });
      await log.append(Array.from({ length: 5 }, (_, index) => change(index)));
      const onError = (error: unknown): void => {
        throw error;
      };
      const stop = keepTrimmed({ store, maxAgeMs: HOUR_MS, maxEvents: 2, onError, intervalMs: 5 });
      while ((await log.read(undefined, 10)).length > 2) await new Promise((resolve) => setImmediate(resolve));
      await stop();
      stores.giveBack(store);
    });
  });

  describe(`events over ${name}`, () => {
    it('are found by id, source and time, the newest of them', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 100 });
      const events = await log.append([change(1), { ...change(2), source: 'other' }, change(3)]);
      expect(await listEvents(store, {}, 2)).toEqual(events.slice(1));
      expect(await listEvents(store, { source: 'shop' }, 10)).toEqual([events[0], events[2]]);
      expect(await listEvents(store, { id: events[1]!.id }, 10)).toEqual([events[1]]);
      expect(await listEvents(store, { id: "' or true --" }, 10)).toEqual([]);
      expect(await listEvents(store, { from: new Date(Date.now() + 60_000) }, 10)).toEqual([]);
      expect(await listEvents(store, { to: new Date(Date.now() + 60_000) }, 10)).toEqual(events);
      stores.giveBack(store);
    });

    it('that one of many callers spoils are refused to that caller alone', async () => {
      const store = await stores.open();
      const log = createStoreEventLog({ store, maxEvents: 100 });
      const bad = { ...change(2), occurredAt: 'never' };
      const [first, spoilt, third] = await Promise.allSettled(
        [[change(1)], [bad], [change(3)]].map((changes) => log.append(changes)),
      );
      expect(first).toMatchObject({ status: 'fulfilled' });
      expect(spoilt).toMatchObject({ status: 'rejected', reason: { code: 'HUB_INTERNAL' } });
      expect(third).toMatchObject({ status: 'fulfilled' });
      expect((await log.read(undefined, 10)).map(({ key }) => key.id)).toEqual(['1', '3']);
      stores.giveBack(store);
    });
  });
}

describeLog('SQLite', embeddedStores());

if (await hasPostgres()) {
  const stores = postgresStores();
  describeLog('PostgreSQL', stores);

  describe('the order of the log over PostgreSQL', () => {
    it('shows every reader each event once, in order, while many hubs append and a transaction lingers', async () => {
      const { schema } = await stores.open();
      const WRITERS = 4;
      const EACH = 60;
      const hubs = Array.from({ length: WRITERS }, () =>
        createPostgresStore({ url: POSTGRES_URL, schema, maxConnections: 2 }),
      );
      const logs = hubs.map((store) => createStoreEventLog({ store, maxEvents: 100_000 }));
      const reader = logs[0]!;
      const start = await reader.tail();

      // One that holds its place for a while before it commits: nobody may get past it.
      const lingering = (await hubs[1]!.open()).transaction().execute(async (transaction) => {
        const batch = JSON.stringify([{ ...toStorable(change(-1, 99)).row, part: 0 }]);
        await sql`select * from ${sql.id(schema, 'append_events')}(${batch}::json)`.execute(transaction);
        await sql`select pg_sleep(0.3)`.execute(transaction);
      });

      const total = WRITERS * EACH + 1;
      const writing = Promise.all(
        logs.map(async (log, writer) => {
          for (let id = 0; id < EACH; id++) await log.append([change(id, writer)]);
        }),
      );
      const read = async (): Promise<SyncEvent[]> => {
        const seen: SyncEvent[] = [];
        let cursor = start;
        while (seen.length < total) {
          const page = await reader.read(cursor, 7);
          seen.push(...page);
          cursor = page.at(-1)?.cursor ?? cursor;
        }
        return seen;
      };
      const [first, second] = await Promise.all([read(), read(), writing, lingering]);
      expect(second).toEqual(first);
      expect(new Set(first.map(({ id }) => id)).size).toBe(total);
      for (let writer = 0; writer < WRITERS; writer++) {
        const own = first.filter(({ payload }) => (payload as { writer: number }).writer === writer);
        expect(own.map(({ key }) => Number(key.id))).toEqual(Array.from({ length: EACH }, (_, index) => index));
      }
      await Promise.all(hubs.map((store) => store.close()));
    });
  });
}
