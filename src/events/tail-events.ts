// From a cursor of the event log to an endless stream of its events; subscriptions read it.
import { randomUUID } from 'node:crypto';
import type { Bus, EventLog, GapDetails, SyncEvent } from '../contract/events.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { ReaderPlace } from './reader-places.ts';
import { nextWake } from './shared-wake.ts';

export interface TailOptions {
  /** Cursor to go on from; what is already in the log after it is replayed first. Absent: only what comes from now on. */
  readonly after?: string | undefined;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Which events are passed on; all where it is absent. Gaps always are. */
  readonly filter?: (event: SyncEvent) => boolean;
  /** Told where it is; what was passed on counts as read once the consumer asks for more. */
  readonly place?: ReaderPlace | undefined;
  /** How long to wait for a wake-up before looking into the log anyway. Default 5,000 ms. */
  readonly pollMs?: number;
}

/** Events that were ready together. */
export interface TailBatch {
  /** Oldest first; none where only the place has moved on. */
  readonly events: readonly SyncEvent[];
  /** The place after them. */
  readonly cursor: string;
}

/** As many are ready together at most; a reader's entities are fetched for all of them at once. */
const READ_LIMIT = 100;
const POLL_MS = 5_000;
/** After so many events that the filter held back, the reader is told where it is, so that it can go on there. */
const TELL_PLACE_AFTER = 1_000;

/**
 * Reads the log at the consumer's pace: nothing is buffered beyond one read of the log, so a slow consumer costs no
 * memory. The first batch says where the stream begins, also where it is empty. Where the log has dropped what it has not read, it
 * gets an item with `gap`, then the oldest event that is kept. Replay and live events are one sequence, without seam,
 * duplicate or hole. "From now on" counts from the call, not from the first `next()`. While the store cannot be reached
 * the stream pauses; one that never reached it begins where it does. Rejects with HUB_EVENT_CURSOR_INVALID where
 * `after` is no good. `return()` ends a pending `next()` at once.
 */
export function tailEvents(log: EventLog, bus: Bus, options: TailOptions): AsyncGenerator<TailBatch, void, undefined> {
  const ended = new AbortController();
  const end = (): void => {
    ended.abort();
    options.place?.end();
  };
  if (options.signal.aborted) end();
  else options.signal.addEventListener('abort', end, { once: true });

  const start =
    options.after === undefined
      ? patiently(() => log.tail(), bus, ended.signal, options.pollMs)
      : Promise.resolve(options.after);
  start.catch(() => undefined); // reported by the first next(), which may come later or never

  const batches = readOn(log, bus, start, ended.signal, options);
  const finish = batches.return.bind(batches);
  batches.return = (value) => {
    options.signal.removeEventListener('abort', end);
    end();
    return finish(value);
  };
  return batches;
}

async function* readOn(
  log: EventLog,
  bus: Bus,
  start: Promise<string | undefined>,
  signal: AbortSignal,
  { filter = () => true, place, pollMs = POLL_MS }: TailOptions,
): AsyncGenerator<TailBatch, void, undefined> {
  let cursor = await start;
  let untold = TELL_PLACE_AFTER;
  while (!signal.aborted && cursor !== undefined) {
    place?.at(cursor);
    // Waiting starts before the read: what is appended between the two wakes this round up.
    const wake = nextWake(bus, signal, pollMs);
    try {
      const read = await readOrWait(log, cursor);
      if (isAborted(signal)) return;
      const events = read.filter((event) => event.gap !== undefined || filter(event));
      cursor = read.at(-1)?.cursor ?? cursor;
      untold += read.length;
      if (events.length > 0 || untold >= TELL_PLACE_AFTER) {
        untold = 0;
        yield { events, cursor };
      }
      if (read.length === 0) await wake.happened;
    } finally {
      wake.cancel();
    }
  }
}

/** The next events, or the gap where they were; none while the store cannot be reached. */
async function readOrWait(log: EventLog, cursor: string): Promise<readonly SyncEvent[]> {
  try {
    return await log.read(cursor, READ_LIMIT);
  } catch (thrown) {
    if (!(thrown instanceof HubFault)) throw thrown;
    if (thrown.code === 'HUB_EVENT_STORE_UNAVAILABLE') return [];
    if (thrown.code === 'HUB_EVENT_GAP') return [gapItem(cursor, thrown.details as unknown as GapDetails)];
    throw thrown;
  }
}

function gapItem(after: string, { resumeAfter, lost }: GapDetails): SyncEvent {
  return {
    id: randomUUID(),
    cursor: resumeAfter,
    at: new Date().toISOString(),
    source: 'events',
    type: 'SyncGap',
    operation: 'CUSTOM',
    key: {},
    partition: 'SyncGap',
    gap: { after, lost },
  };
}

/** Asks again while the store cannot be reached; undefined where the signal aborts first. */
async function patiently(
  ask: () => Promise<string>,
  bus: Bus,
  signal: AbortSignal,
  pollMs = POLL_MS,
): Promise<string | undefined> {
  for (;;) {
    try {
      return await ask();
    } catch (thrown) {
      if (!(thrown instanceof HubFault) || thrown.code !== 'HUB_EVENT_STORE_UNAVAILABLE') throw thrown;
      await nextWake(bus, signal, pollMs).happened;
      if (signal.aborted) return undefined;
    }
  }
}

/** Behind a call, because the compiler does not know that a signal changes while a generator is suspended. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
