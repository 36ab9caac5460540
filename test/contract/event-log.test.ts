// What every event log promises, checked over each implementation.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityChange, EventLog } from '../../src/contract/events.ts';
import { createMemoryEventLog } from '../../src/events/memory-event-log.ts';

interface Implementation {
  readonly name: string;
  /** A new, empty log; `maxEvents` is the most it may keep. */
  open(maxEvents: number): Promise<EventLog>;
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

    it('appends nothing when nothing changed', async () => {
      const before = await log.tail();
      expect(await log.append([])).toEqual([]);
      expect(await log.tail()).toBe(before);
    });
  });
}

const implementations: readonly Implementation[] = [
  { name: 'memory', open: (maxEvents) => Promise.resolve(createMemoryEventLog({ maxEvents })) },
];
for (const implementation of implementations) describeEventLog(implementation);
