// The event log of a hub without durable state: a ring in memory. Sync events are appended by whoever learns of a change;
// subscriptions and `Query.syncEvents` read it from a cursor.
import { randomBytes, randomUUID } from 'node:crypto';
import type { EntityChange, EventLog, SyncEvent } from '../contract/events.ts';
import { fromCursor, gapAfter, invalidCursor, toCursor } from './log/cursor.ts';
import { partitionOf } from './log/partition-of.ts';

export interface MemoryEventLogOptions {
  /** How many events, and ids of deliveries, are kept; the oldest give way. Default 10,000. */
  readonly maxEvents?: number;
  /** Milliseconds since the epoch, for `SyncEvent.at`. Default `Date.now`. */
  readonly now?: () => number;
}

/** Cursors name the log that made them, so one from before a restart is refused instead of read as another place. */
export function createMemoryEventLog(options: MemoryEventLogOptions = {}): EventLog {
  const capacity = options.maxEvents ?? 10_000;
  const now = options.now ?? Date.now;
  if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError('maxEvents must be a positive integer');
  const logId = randomBytes(6).toString('hex');
  const ring: SyncEvent[] = [];
  const deliveries = new Set<string>();
  /** Position of the newest event; the first event has 1. */
  let last = 0;

  /** The position a cursor stands for, checked against what the ring still holds. */
  function positionOf(cursor: string): number {
    const { logId: madeBy, position } = fromCursor(cursor);
    if (madeBy !== logId || position > last) throw invalidCursor();
    const horizon = last - ring.length;
    if (position < horizon) throw gapAfter(logId, position, horizon);
    return position;
  }

  function appendOne(change: EntityChange): SyncEvent {
    last += 1;
    const event: SyncEvent = {
      ...structuredClone(change),
      id: randomUUID(),
      partition: partitionOf(change),
      cursor: toCursor(logId, last),
      at: new Date(now()).toISOString(),
    };
    ring[(last - 1) % capacity] = event;
    return event;
  }

  function append(changes: readonly EntityChange[]): SyncEvent[] {
    const known = new Set(changes.map(deliveryOf).filter((delivery) => delivery !== undefined && deliveries.has(delivery))); // prettier-ignore
    const fresh = changes.filter((change) => !known.has(deliveryOf(change)));
    for (const delivery of fresh.map(deliveryOf)) if (delivery !== undefined) deliveries.add(delivery);
    for (const oldest of deliveries) {
      if (deliveries.size <= capacity) break;
      deliveries.delete(oldest);
    }
    return fresh.map(appendOne);
  }

  function readAfter(cursor: string | undefined, limit: number): SyncEvent[] {
    const after = cursor === undefined ? last - ring.length : positionOf(cursor);
    const events: SyncEvent[] = [];
    for (let position = after + 1; position <= last && events.length < limit; position++) {
      const event = ring[(position - 1) % capacity];
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  return {
    append: async (changes) => Promise.resolve(append(changes)),
    read: async (cursor, limit) => Promise.resolve(readAfter(cursor, limit)),
    tail: () => Promise.resolve(toCursor(logId, last)),
    close: () => Promise.resolve(),
  };
}

function deliveryOf({ source, deliveryId }: EntityChange): string | undefined {
  return deliveryId === undefined ? undefined : JSON.stringify([source, deliveryId]);
}
