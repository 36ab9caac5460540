// One reader of the log for all that are at its end: each event is read once and handed to those whom it concerns. Used by
// tail-events.ts.
import type { Bus, EventInterest, EventLog, SyncEvent } from '../../contract/events.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { fromCursor } from '../log/cursor.ts';
import { nextWake } from '../shared-wake.ts';
import { createReaderIndex } from './reader-index.ts';
import { createRecentEvents, type RecentEvent } from './recent-events.ts';

export interface ReaderOptions {
  readonly interest: EventInterest;
  readonly filter: (event: SyncEvent) => boolean;
  /** Whether it has not been told yet where it is. */
  readonly untold: boolean;
}

/** A reader that has come up to the end of the log. */
export interface LiveReader {
  /**
   * What has come for it, at once or as soon as something does; no events where only its place is told. Undefined once
   * it has to read on from the log by itself: it took too long, or the log cannot be followed. Call it again only when
   * it has resolved.
   */
  take(maxEvents: number): Promise<{ readonly events: readonly SyncEvent[]; readonly cursor: string } | undefined>;
  /** The place up to which nothing waits for it. */
  cursor(): string;
  /** Twice is safe. A pending take() resolves. */
  leave(): void;
}

export interface LiveTail {
  /**
   * A reader of what comes after this place; undefined where it has to read by itself up to a place near enough to the
   * end.
   * @param atEnd whether the log was read up to there, and had not much more
   */
  join(cursor: string, atEnd: boolean, options: ReaderOptions): LiveReader | undefined;
}

const RECENT = { maxEvents: 10_000, maxBytes: 16_777_216 };
/** A page that comes full is followed by one twice as large, as far as its events are small. */
const PAGE = { events: 100, maxEvents: 2_000, bytes: 8_388_608 };
/** What may wait for one reader, and for all of them together, before a slow one has to read from the log by itself. */
const MAX_WAITING = 500;
const MAX_WAITING_BYTES = 67_108_864;
/** After so many events that were not for it, a reader is told where it is, so that it can go on there. */
const TELL_PLACE_AFTER = 1_000;
const TELL_PLACES_EVERY_MS = 250;

const tails = new WeakMap<EventLog, LiveTail>();

/** The same for the same log: it has one bus, and its readers wait as long as the first of them. */
export function liveTailOf(log: EventLog, bus: Bus, pollMs: number): LiveTail {
  const known = tails.get(log);
  if (known !== undefined) return known;
  let running: Run | undefined;
  const tail: LiveTail = {
    join(cursor, atEnd, options) {
      if (running?.isOver() !== false && atEnd) running = run(log, bus, pollMs, cursor);
      return running?.join(cursor, atEnd, options);
    },
  };
  tails.set(log, tail);
  return tail;
}

interface Run extends LiveTail {
  isOver(): boolean;
}

interface Place {
  readonly position: number;
  readonly cursor: string;
}

interface Reader extends Omit<ReaderOptions, 'untold'> {
  /** Where it joined: it may have read further by itself than the run. */
  readonly joinedAt: Place;
  readonly waiting: RecentEvent[];
  /** Set where it gets nothing any more: the place after what waits, which it has to read on from. */
  dismissedAt: Place | undefined;
  /** Position of which it was last told. */
  told: number;
  /** The place after what was last taken. */
  takenAt: string;
  due: boolean;
  wake: () => void;
}

/** Follows the log from a place on, as long as somebody reads. */
function run(log: EventLog, bus: Bus, pollMs: number, start: string): Run {
  const { logId, position } = fromCursor(start);
  const over = new AbortController();
  const recent = createRecentEvents(position, RECENT);
  const readers = new Set<Reader>();
  const index = createReaderIndex<Reader>();
  let place: Place = { position, cursor: start };
  let limit = PAGE.events;
  let waitingBytes = 0;
  let toldAt = -Infinity;

  /** Up to there it has everything, or it waits for it. */
  const placeOf = ({ dismissedAt, joinedAt }: Reader): Place =>
    dismissedAt ?? (joinedAt.position > place.position ? joinedAt : place);

  function dismiss(reader: Reader): void {
    if (!readers.delete(reader)) return;
    index.delete(reader);
    reader.dismissedAt = placeOf(reader);
    reader.wake();
    if (readers.size === 0) over.abort();
  }

  const hasRoom = ({ waiting }: Reader, { bytes }: RecentEvent): boolean =>
    waiting.length < MAX_WAITING && waitingBytes + bytes <= MAX_WAITING_BYTES;

  function hold(reader: Reader, one: RecentEvent): void {
    reader.waiting.push(one);
    waitingBytes += one.bytes;
  }

  function leave(reader: Reader): void {
    dismiss(reader);
    for (const { bytes } of reader.waiting.splice(0)) waitingBytes -= bytes;
  }

  /** Before the place has moved on to the event: there a reader goes on that is too slow for it. */
  function offer(reader: Reader, one: RecentEvent): void {
    if (one.position <= reader.joinedAt.position || !reader.filter(one.event)) return;
    if (!hasRoom(reader, one)) {
      dismiss(reader);
      return;
    }
    hold(reader, one);
    reader.wake();
  }

  function takeIn(events: readonly SyncEvent[]): void {
    let bytes = 0;
    for (const event of events) {
      const one = { event, position: place.position + 1, bytes: bytesOf(event) };
      bytes += one.bytes;
      recent.add(one);
      index.visit(event, (reader) => offer(reader, one));
      place = { position: one.position, cursor: event.cursor };
    }
    if (events.length < limit) return;
    limit = Math.ceil(Math.min(2 * limit, PAGE.maxEvents, (PAGE.bytes / bytes) * limit));
  }

  function tellPlaces(): void {
    if (performance.now() - toldAt < TELL_PLACES_EVERY_MS) return;
    toldAt = performance.now();
    for (const reader of readers) {
      if (place.position - reader.told < TELL_PLACE_AFTER) continue;
      reader.due = true;
      reader.wake();
    }
  }

  async function follow(): Promise<void> {
    while (!over.signal.aborted) {
      // Waiting starts before the read: what is appended between the two wakes this round up.
      const wake = nextWake(bus, over.signal, pollMs);
      try {
        const events = await readOrWait(log, place.cursor, limit);
        takeIn(events);
        tellPlaces();
        if (events.length === 0) await wake.happened;
      } catch {
        // A gap, or a log that is another one now: each reader finds out by itself what it has missed.
        for (const reader of readers) dismiss(reader);
        over.abort();
      } finally {
        wake.cancel();
      }
    }
  }

  /** After an event, the place is the event's: it is near enough to go on from. */
  function takeWaiting(reader: Reader, maxEvents: number) {
    const taken = reader.waiting.splice(0, maxEvents);
    for (const { bytes } of taken) waitingBytes -= bytes;
    const last = taken.at(-1);
    reader.told = last?.position ?? placeOf(reader).position;
    reader.takenAt = last?.event.cursor ?? placeOf(reader).cursor;
    reader.due = false;
    return { events: taken.map(({ event }) => event), cursor: reader.takenAt };
  }

  void follow();
  return {
    isOver: () => over.signal.aborted,
    join(cursor, atEnd, { interest, filter, untold }) {
      const from = fromCursor(cursor);
      const missed = recent.after(from.position);
      // Further on than the run is only who was there.
      const isThere = from.logId === logId && (atEnd || from.position <= place.position);
      if (over.signal.aborted || !isThere || missed === undefined) return undefined;
      const reader: Reader = {
        interest,
        filter,
        joinedAt: { position: from.position, cursor },
        waiting: [],
        dismissedAt: undefined,
        told: place.position,
        takenAt: cursor,
        due: untold,
        wake: () => undefined,
      };
      for (const one of missed) {
        if (!filter(one.event)) continue;
        if (!hasRoom(reader, one)) {
          leave(reader);
          return undefined;
        }
        hold(reader, one);
      }
      readers.add(reader);
      index.add(reader);
      return {
        cursor: () => (reader.waiting.length > 0 ? reader.takenAt : placeOf(reader).cursor),
        async take(maxEvents) {
          if (reader.waiting.length === 0 && !reader.due && reader.dismissedAt === undefined) {
            await new Promise<void>((resolve) => {
              reader.wake = resolve;
            });
          }
          if (reader.waiting.length === 0 && reader.dismissedAt !== undefined) return undefined;
          return takeWaiting(reader, maxEvents);
        },
        leave: () => leave(reader),
      };
    },
  };
}

/** None while the store cannot be reached. */
async function readOrWait(log: EventLog, cursor: string, limit: number): Promise<readonly SyncEvent[]> {
  try {
    return await log.read(cursor, limit);
  } catch (thrown) {
    if (thrown instanceof HubFault && thrown.code === 'HUB_EVENT_STORE_UNAVAILABLE') return [];
    throw thrown;
  }
}

const BARE_BYTES = 500;

function bytesOf({ payload }: SyncEvent): number {
  return BARE_BYTES + (payload === undefined ? 0 : 2 * JSON.stringify(payload).length);
}
