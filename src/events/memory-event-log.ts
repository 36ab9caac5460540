// The event log of a hub without durable state: a ring in memory. Sync events are appended by whoever learns of a change;
// subscriptions and `Query.syncEvents` read it from a cursor.
import { randomBytes } from 'node:crypto';
import type { EntityChange, EventLog, SyncEvent } from '../contract/events.ts';
import { HubFault } from '../faults/hub-fault.ts';

export interface MemoryEventLogOptions {
  /** How many events are kept; the oldest give way. Default 10,000. */
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
  /** Sequence number of the newest event; the first event has 1. */
  let last = 0;

  const cursorOf = (sequence: number): string => Buffer.from(`${logId}:${sequence}`).toString('base64url');

  /** The sequence number a cursor stands for, checked against what the ring still holds. */
  function sequenceOf(cursor: string): number {
    const [id, digits, ...rest] =
      cursor.length <= 64 ? Buffer.from(cursor, 'base64url').toString('latin1').split(':') : [];
    const sequence = digits !== undefined && /^\d{1,15}$/.test(digits) ? Number(digits) : NaN;
    if (id !== logId || rest.length > 0 || !(sequence <= last) || cursorOf(sequence) !== cursor) {
      throw new HubFault(
        'HUB_EVENT_CURSOR_INVALID',
        'the cursor in `after` was not made by this event log; use the cursor of an event received since the hub started, or leave `after` away',
      );
    }
    if (sequence < last - ring.length) {
      throw new HubFault(
        'HUB_EVENT_GAP',
        `events after this cursor are no longer kept (the log holds the newest ${capacity}); read the present state with a query, then subscribe without \`after\``,
      );
    }
    return sequence;
  }

  function at(sequence: number): SyncEvent | undefined {
    return ring[(sequence - 1) % capacity];
  }

  function appendOne(change: EntityChange): SyncEvent {
    last += 1;
    const event: SyncEvent = {
      ...change,
      key: { ...change.key },
      cursor: cursorOf(last),
      at: new Date(now()).toISOString(),
    };
    ring[(last - 1) % capacity] = event;
    return event;
  }

  function readAfter(cursor: string | undefined, limit: number): SyncEvent[] {
    const after = cursor === undefined ? last - ring.length : sequenceOf(cursor);
    const events: SyncEvent[] = [];
    for (let sequence = after + 1; sequence <= last && events.length < limit; sequence++) {
      const event = at(sequence);
      if (event !== undefined) events.push(event);
    }
    return events;
  }

  return {
    append: (changes) => Promise.resolve(changes.map(appendOne)),
    read: async (cursor, limit) => Promise.resolve(readAfter(cursor, limit)),
    tail: () => Promise.resolve(cursorOf(last)),
    close: () => Promise.resolve(),
  };
}
