// The newest events of a log, as they were read, for readers that come up to its end. Used by live-tail.ts.
import type { SyncEvent } from '../../contract/events.ts';

export interface RecentEvents {
  /** Of the newest that was read, whether or not it is held. */
  readonly position: number;
  /** The event has the position after that: those of a log have no holes. */
  add(event: RecentEvent): void;
  /** What came after this position, oldest first; undefined where that is not held any more. */
  after(position: number): Iterable<RecentEvent> | undefined;
}

export interface RecentEvent {
  readonly event: SyncEvent;
  readonly position: number;
  /** What it takes to hold it, roughly. */
  readonly bytes: number;
}

export interface RecentLimits {
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** @param start position that it begins after */
export function createRecentEvents(start: number, { maxEvents, maxBytes }: RecentLimits): RecentEvents {
  const events = new Map<number, RecentEvent>();
  let newest = start;
  let bytes = 0;

  function dropOldest(): void {
    const oldest = events.get(newest - events.size + 1);
    if (oldest === undefined) return;
    events.delete(oldest.position);
    bytes -= oldest.bytes;
  }

  function* from(position: number): Generator<RecentEvent, void> {
    for (let at = position + 1; at <= newest; at++) {
      const one = events.get(at);
      if (one !== undefined) yield one;
    }
  }

  return {
    get position() {
      return newest;
    },
    add(event) {
      newest = event.position;
      events.set(newest, event);
      bytes += event.bytes;
      while (events.size > maxEvents || (bytes > maxBytes && events.size > 0)) dropOldest();
    },
    after: (position) => (position < newest - events.size ? undefined : from(position)),
  };
}
