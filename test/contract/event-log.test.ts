// What every event log promises, checked over each implementation.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityChange, EventLog } from '../../src/contract/events.ts';
import { createStoreEventLog } from '../../src/events/log/store-event-log.ts';
import { createMemoryEventLog } from '../../src/events/memory-event-log.ts';
import { embeddedStores, hasPostgres, postgresStores, type TestStores } from '../kit/stores.ts';

interface Implementation {
  readonly name: string;
  /** A new, empty log; `maxEvents` is the most it may keep. */
  open(maxEvents: number): Promise<EventLog>;
  close?(): Promise<void>;
}

const change = (id: number): EntityChange => ({
  source: 'shop',
  type: 'Order',
  operation: 'UPDATED',
  key: { id: String(id) },
});

const ids = (events: readonly EntityChange[]): unknown[] => events.map((event) => event.key.id);

function describeEventLog(implementation: Implementation): void {
  const open = (maxEvents: number) => implementation.open(maxEvents);
  describe(`the ${implementation.name} event log`, () => {
    let log: EventLog;
    beforeEach(async () => {
      log = await open(10);
    });
    afterEach(() => log.close());
    afterAll(() => implementation.close?.());

    it('gives every appended change a cursor and an instant, in order', async () => {
      const events = await log.append([change(1), { ...change(2), correlationId: 'request-1' }]);
      expect(ids(events)).toEqual(['1', '2']);
      expect(new Set(events.map((event) => event.cursor)).size).toBe(2);
      expect(events[0]?.at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(events[1]).toMatchObject({
        source: 'shop',
        type: 'Order',
        operation: 'UPDATED',
        correlationId: 'request-1',
      });
    });

    it('reads all that is kept, oldest first, when there is no cursor', async () => {
      await log.append([change(1), change(2)]);
      await log.append([change(3)]);
      expect(ids(await log.read(undefined, 100))).toEqual(['1', '2', '3']);
    });

    it('reads what came after a cursor, at most as much as asked for', async () => {
      const [first] = await log.append([1, 2, 3, 4].map(change));
      expect(ids(await log.read(first?.cursor, 2))).toEqual(['2', '3']);
      expect(await log.read(first?.cursor, 0)).toEqual([]);
    });

    it('reads nothing after the newest event', async () => {
      const events = await log.append([change(1), change(2)]);
      expect(await log.read(events[1]?.cursor, 10)).toEqual([]);
    });

    it('has a tail from which only later events follow, also while it is empty', async () => {
      const empty = await log.tail();
      expect(await log.read(empty, 10)).toEqual([]);
      await log.append([change(1)]);
      expect(ids(await log.read(empty, 10))).toEqual(['1']);
      const tail = await log.tail();
      await log.append([change(2)]);
      expect(ids(await log.read(tail, 10))).toEqual(['2']);
    });

    it('reports a gap for a cursor whose successors were dropped, and for no other', async () => {
      const events = await log.append(Array.from({ length: 12 }, (_, index) => change(index + 1)));
      await expect(log.read(events[0]?.cursor, 5)).rejects.toMatchObject({ code: 'HUB_EVENT_GAP' });
      expect(ids(await log.read(events[1]?.cursor, 2))).toEqual(['3', '4']);
      expect(ids(await log.read(undefined, 1))).toEqual(['3']);
    });

    it('refuses cursors of another log', async () => {
      const other = await open(10);
      const [event] = await other.append([change(1)]);
      await log.append([change(1)]);
      await expect(log.read(event?.cursor, 5)).rejects.toMatchObject({ code: 'HUB_EVENT_CURSOR_INVALID' });
      await other.close();
    });

    it.each(['', 'x', '0', '../../etc/passwd', 'a'.repeat(100_000), 'AAAA====', '\u0000', '__proto__'])(
      'refuses garbage as a cursor (%#)',
      async (cursor) => {
        await log.append([change(1)]);
        await expect(log.read(cursor, 5)).rejects.toMatchObject({ code: 'HUB_EVENT_CURSOR_INVALID' });
      },
    );

    it('refuses a cursor that was tampered with', async () => {
      const [event] = await log.append([change(1)]);
      const text = Buffer.from(event?.cursor ?? '', 'base64url').toString();
      for (const forged of [
        text.replace(/\d+$/, '999'),
        text.replace(/\d+$/, '-1'),
        text.replace(/(\d+)$/, '0$1'),
        `${text}:1`,
      ]) {
        await expect(log.read(Buffer.from(forged).toString('base64url'), 5)).rejects.toMatchObject({
          code: 'HUB_EVENT_CURSOR_INVALID',
        });
      }
    });

    it('keeps its events when the caller changes what it appended', async () => {
      const key: Record<string, unknown> = { id: '1' };
      await log.append([{ ...change(1), key }]);
      key.id = 'changed';
      expect(ids(await log.read(undefined, 5))).toEqual(['1']);
    });

    it('keeps all that a change says', async () => {
      const said: EntityChange = {
        source: 'shop',
        type: 'Order',
        operation: 'CUSTOM',
        key: { id: '1', shelf: '2' },
        occurredAt: '2026-01-02T03:04:05.678Z',
        payload: { paid: true, lines: [{ sku: 'A', price: 1.5 }], none: null, nested: { deep: ['ä', '🎉'] } },
        causationId: 'cause',
        correlationId: 'request',
        deliveryId: 'delivery',
      };
      const [appended] = await log.append([said]);
      const [read] = await log.read(undefined, 1);
      expect(appended).toMatchObject({ ...said, partition: 'Order id=1 shelf=2' });
      expect(read).toEqual(appended);
      const [second] = await log.append([{ ...change(2), partition: 'stock' }]);
      expect(second?.partition).toBe('stock');
      expect(second?.id).not.toBe(appended?.id);
      expect(await log.read(appended?.cursor, 5)).toEqual([second]);
    });

    it('gives the entity one partition, whatever the order of its key', async () => {
      const [a, b] = await log.append([
        { ...change(1), key: { a: '1', b: '2' } },
        { ...change(1), key: { b: '2', a: '1' } },
      ]);
      expect(a?.partition).toBe(b?.partition);
    });

    it('makes one event of a delivery that comes twice, from one source', async () => {
      const first = await log.append([{ ...change(1), deliveryId: 'd' }]);
      expect(await log.append([{ ...change(1), deliveryId: 'd' }])).toEqual([]);
      expect(await log.append([{ ...change(2), deliveryId: 'd', source: 'other' }])).toHaveLength(1);
      const mixed = await log.append([{ ...change(1), deliveryId: 'd' }, change(3), { ...change(4), deliveryId: 'e' }]);
      expect(ids(mixed)).toEqual(['3', '4']);
      expect(ids(await log.read(first[0]?.cursor, 10))).toEqual(['2', '3', '4']);
    });

    it('keeps all changes of one delivery', async () => {
      const delivery = [1, 2, 3].map((id) => ({ ...change(id), deliveryId: 'd' }));
      expect(ids(await log.append(delivery))).toEqual(['1', '2', '3']);
      expect(await log.append(delivery)).toEqual([]);
    });

    it('makes one event of a delivery that comes many times at once', async () => {
      const appends = Array.from({ length: 20 }, () => log.append([{ ...change(1), deliveryId: 'd' }]));
      expect((await Promise.all(appends)).flat()).toHaveLength(1);
    });

    it('gives appends that are made at once one order, that of the calls', async () => {
      const before = await log.tail();
      const events = (await Promise.all([1, 2, 3, 4, 5].map((id) => log.append([change(id)])))).flat();
      expect(ids(events)).toEqual(['1', '2', '3', '4', '5']);
      expect(await log.read(before, 10)).toEqual(events);
    });

    it.each([
      ['NUL', { 'a\0b': 'c\0d' }],
      ['half a surrogate pair', { text: 'x\ud800' }],
      ['keys of the prototype', JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')],
      ['what looks like an escape', { text: '\\u0000', more: '\\ud800' }],
    ])('keeps a payload with %s', async (_what, payload) => {
      await log.append([{ ...change(1), payload }]);
      const [read] = await log.read(undefined, 1);
      expect(Object.keys(read?.payload as object)).toHaveLength(Object.keys(payload as object).length);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    });

    it('says where to go on after a gap, and how much was lost', async () => {
      const events = await log.append(Array.from({ length: 15 }, (_, index) => change(index + 1)));
      const gap = await log.read(events[0]?.cursor, 5).catch((fault: unknown) => fault);
      expect(gap).toMatchObject({ code: 'HUB_EVENT_GAP', details: { lost: 4, resumeAfter: events[4]?.cursor } });
      expect(ids(await log.read(events[4]?.cursor, 1))).toEqual(['6']);
    });

    it('appends nothing when nothing changed', async () => {
      const before = await log.tail();
      expect(await log.append([])).toEqual([]);
      expect(await log.tail()).toBe(before);
    });
  });
}

const over = (name: string, stores: TestStores): Implementation => ({
  name,
  open: async (maxEvents) => {
    const store = await stores.open();
    const log = createStoreEventLog({ store, maxEvents });
    return {
      ...log,
      close: async () => {
        await log.close();
        stores.giveBack(store);
      },
    };
  },
  close: () => stores.close(),
});

const implementations: readonly Implementation[] = [
  { name: 'memory', open: (maxEvents) => Promise.resolve(createMemoryEventLog({ maxEvents })) },
  over('SQLite', embeddedStores()),
  ...((await hasPostgres()) ? [over('PostgreSQL', postgresStores())] : []),
];
for (const implementation of implementations) describeEventLog(implementation);
