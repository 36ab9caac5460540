import { describe, expect, it } from '@jest/globals';
import type { Bus, EntityChange, EventLog, SyncEvent } from '../../../src/contract/events.ts';
import { createMemoryBus } from '../../../src/events/memory-bus.ts';
import { createMemoryEventLog } from '../../../src/events/memory-event-log.ts';
import { HubFault } from '../../../src/faults/hub-fault.ts';
import { tailEvents } from '../../../src/events/tail-events.ts';

const change = (id: number, type = 'Order'): EntityChange => ({
  source: 'shop',
  type,
  operation: 'UPDATED',
  key: { id: String(id) },
});

function open(maxEvents = 1_000) {
  const log = createMemoryEventLog({ maxEvents });
  const bus = createMemoryBus();
  const controller = new AbortController();
  const append = async (...changes: EntityChange[]) => {
    const events = await log.append(changes);
    bus.publish();
    return events;
  };
  return { log, bus, controller, signal: controller.signal, append };
}

/** The events of the batches, one at a time. */
function tailEach(...args: Parameters<typeof tailEvents>) {
  const batches = tailEvents(...args);
  const ready: SyncEvent[] = [];
  return {
    async next(): Promise<{ value?: SyncEvent; done: boolean }> {
      while (ready.length === 0) {
        const { value, done } = await batches.next();
        if (done === true) return { done };
        ready.push(...value.events);
      }
      return { value: ready.shift()!, done: false };
    },
    return: () => batches.return(),
  };
}

async function take(events: ReturnType<typeof tailEach>, count: number): Promise<unknown[]> {
  const ids: unknown[] = [];
  while (ids.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    ids.push(value?.key.id);
  }
  return ids;
}

describe('tailEvents', () => {
  it('starts with what comes after the call, not after the first read', async () => {
    const { log, bus, signal, append } = open();
    await append(change(1));
    const events = tailEach(log, bus, { signal });
    await append(change(2));
    expect(await take(events, 1)).toEqual(['2']);
    await events.return();
  });

  it('replays after a cursor and goes on live without seam or duplicate', async () => {
    const { log, bus, signal, append } = open();
    const [first] = await append(...Array.from({ length: 250 }, (_, index) => change(index)));
    const events = tailEach(log, bus, { after: first?.cursor, signal });
    const replayed = await take(events, 200);
    const live = take(events, 99);
    for (let id = 250; id < 300; id++) await append(change(id));
    expect([...replayed, ...(await live)]).toEqual(Array.from({ length: 299 }, (_, index) => String(index + 1)));
    await events.return();
  });

  it('passes on only what the filter lets through', async () => {
    const { log, bus, signal, append } = open();
    const events = tailEach(log, bus, { signal, filter: (event) => event.type === 'Customer' });
    const next = take(events, 2);
    await append(change(1), change(2, 'Customer'));
    await append(change(3), change(4, 'Customer'));
    expect(await next).toEqual(['2', '4']);
    await events.return();
  });

  it('sees an event that is appended between its read of the log and its wait', async () => {
    const { log, bus, signal } = open();
    const raced: EventLog = {
      ...log,
      read: async (cursor, limit) => {
        const events = await log.read(cursor, limit);
        if (events.length === 0) {
          await log.append([change(7)]);
          bus.publish();
        }
        return events;
      },
    };
    const events = tailEach(raced, bus, { signal, pollMs: 3_600_000 });
    expect(await take(events, 1)).toEqual(['7']);
    await events.return();
  });

  it('finds events without any wake-up, by looking into the log now and then', async () => {
    const { log, signal } = open();
    const deaf: Bus = { ...createMemoryBus(), publish: () => undefined };
    const events = tailEach(log, deaf, { signal, pollMs: 5 });
    const next = take(events, 1);
    await log.append([change(1)]);
    expect(await next).toEqual(['1']);
    await events.return();
  });

  it('ends when the signal aborts while it waits', async () => {
    const { log, bus, controller, signal } = open();
    const events = tailEach(log, bus, { signal, pollMs: 3_600_000 });
    const next = events.next();
    controller.abort();
    expect(await next).toEqual({ done: true });
  });

  it('ends at once when the signal has already aborted', async () => {
    const { log, bus } = open();
    expect(await tailEach(log, bus, { signal: AbortSignal.abort() }).next()).toMatchObject({ done: true });
  });

  it('ends a pending read when it is returned', async () => {
    const { log, bus, signal } = open();
    const events = tailEach(log, bus, { signal, pollMs: 3_600_000 });
    const next = events.next();
    await events.return();
    expect(await next).toMatchObject({ done: true });
  });

  it('rejects with the fault of the log for a cursor that is none', async () => {
    const { log, bus, signal } = open();
    await expect(tailEach(log, bus, { after: 'nonsense', signal }).next()).rejects.toMatchObject({
      code: 'HUB_EVENT_CURSOR_INVALID',
    });
  });

  it('tells a consumer that fell too far behind', async () => {
    const { log, bus, signal, append } = open(5);
    const events = tailEach(log, bus, { signal });
    await append(change(1));
    expect(await take(events, 1)).toEqual(['1']);
    const after = await log.tail();
    const appended = await append(...Array.from({ length: 20 }, (_, index) => change(index)));
    expect((await events.next()).value).toMatchObject({
      type: 'SyncGap',
      operation: 'CUSTOM',
      cursor: appended[14]?.cursor,
      gap: { after, lost: 15 },
    });
    expect(await take(events, 2)).toEqual(['15', '16']);
  });

  it('tells of a gap at once, also where nothing is kept that the filter lets through', async () => {
    const { log, bus, signal, append } = open(5);
    const [first] = await append(change(0));
    await append(...Array.from({ length: 20 }, (_, index) => change(index)));
    const events = tailEach(log, bus, { after: first!.cursor, signal, filter: () => false, pollMs: 3_600_000 });
    expect((await events.next()).value).toMatchObject({ gap: { after: first?.cursor, lost: 15 } });
  });

  it('pauses while the store cannot be reached, and goes on without a seam', async () => {
    const { log, bus, signal, append } = open();
    let down = true;
    const unreachable = (): Promise<never> =>
      Promise.reject(new HubFault('HUB_EVENT_STORE_UNAVAILABLE', 'the database is away'));
    const failing: EventLog = {
      ...log,
      tail: () => (down ? unreachable() : log.tail()),
      read: (cursor, limit) => (down ? unreachable() : log.read(cursor, limit)),
    };
    const [first] = await append(change(1));
    const resumed = tailEach(failing, bus, { after: first!.cursor, signal, pollMs: 5 });
    const fresh = tailEach(failing, bus, { signal, pollMs: 5 });
    const next = take(resumed, 1);
    const live = take(fresh, 1);
    await append(change(2));
    expect(await Promise.race([next, live, new Promise((resolve) => setImmediate(resolve, 'paused'))])).toBe('paused');
    down = false;
    expect(await next).toEqual(['2']);
    // One that never reached the log begins where it reached it.
    const appending = setInterval(() => void append(change(3)), 5);
    expect(await live).toEqual(['3']);
    clearInterval(appending);
  });

  it('says where it begins before anything happened, and where it is after much that the filter held back', async () => {
    const { log, bus, signal, append } = open(10_000);
    const batches = tailEvents(log, bus, { signal, filter: () => false });
    expect((await batches.next()).value).toEqual({ events: [], cursor: await log.tail() });
    const next = batches.next();
    await append(...Array.from({ length: 1_000 }, (_, index) => change(index)));
    expect((await next).value).toEqual({ events: [], cursor: await log.tail() });
    await batches.return();
  });

  it('brings together what is ready together', async () => {
    const { log, bus, signal, append } = open();
    const [first] = await append(...Array.from({ length: 31 }, (_, index) => change(index)));
    const batches = tailEvents(log, bus, { signal, after: first!.cursor });
    const { value } = await batches.next();
    expect(value?.events).toHaveLength(30);
    expect(value?.cursor).toBe(value?.events.at(-1)?.cursor);
    await batches.return();
  });

  it('serves many readers from one log', async () => {
    const { log, bus, signal, append } = open();
    const readers = Array.from({ length: 20 }, () => tailEach(log, bus, { signal }));
    const taken = readers.map((reader) => take(reader, 3));
    for (const id of [1, 2, 3]) await append(change(id));
    for (const ids of await Promise.all(taken)) expect(ids).toEqual(['1', '2', '3']);
    await Promise.all(readers.map((reader) => reader.return()));
  });
});

describe('the memory bus', () => {
  it('wakes everybody who waits, once', async () => {
    const bus = createMemoryBus();
    const { signal } = new AbortController();
    const woken = Promise.all([bus.wait(signal), bus.wait(signal)]);
    bus.publish();
    await woken;
  });

  it('ends a wait when its signal aborts, and does not start one that has aborted', async () => {
    const bus = createMemoryBus();
    const controller = new AbortController();
    const waiting = bus.wait(controller.signal);
    controller.abort();
    await waiting;
    await bus.wait(controller.signal);
  });

  it('wakes everybody when it is closed', async () => {
    const bus = createMemoryBus();
    const waiting = bus.wait(new AbortController().signal);
    await bus.close();
    await waiting;
  });
});
