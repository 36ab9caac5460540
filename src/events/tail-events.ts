// From a cursor of the event log to an endless stream of its events; subscriptions read it.
import { randomUUID } from 'node:crypto';
import type { Bus, EventInterest, EventLog, GapDetails, SyncEvent } from '../contract/events.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { ReaderPlace } from './reader-places.ts';
import { nextWake } from './shared-wake.ts';
import { liveTailOf, type LiveReader } from './tail/live-tail.ts';

export interface TailOptions {
  /** Cursor to go on from; what is already in the log after it is replayed first. Absent: only what comes from now on. */
  readonly after?: string | undefined;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Which events are passed on; all where it is absent. Gaps always are. */
  readonly filter?: (event: SyncEvent) => boolean;
  /** What all events have that the filter passes: the reader is not even asked about others. */
  readonly interest?: EventInterest;
  /** Told where it is. */
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
 * Goes on at the consumer's pace. Up to the end of the log it reads by itself, one page at a time; there it is handed what
 * comes, until it is too slow for that and reads by itself again: what waits for it is bounded. The first batch says where the stream begins, also where it is empty. Where the log has dropped what it has not read, it
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
  { after, filter = () => true, interest = {}, place, pollMs = POLL_MS }: TailOptions,
): AsyncGenerator<TailBatch, void, undefined> {
  const live = liveTailOf(log, bus, pollMs);
  let cursor = await start;
  let untold = TELL_PLACE_AFTER;
  let atEnd = after === undefined;
  while (!signal.aborted && cursor !== undefined) {
    place?.at(cursor);
    const reader = live.join(cursor, atEnd, { interest, filter, untold: untold >= TELL_PLACE_AFTER });
    if (reader === undefined) {
      // Waiting starts before the read: the store may be back before this is told that it is not there.
      const wake = nextWake(bus, signal, pollMs);
      const read = await readOrGap(log, cursor);
      if (read === undefined) await wake.happened;
      wake.cancel();
      if (isAborted(signal)) return;
      if (read === undefined) continue;
      const events = read.filter((event) => event.gap !== undefined || filter(event));
      cursor = read.at(-1)?.cursor ?? cursor;
      untold += read.length;
      if (events.length > 0 || untold >= TELL_PLACE_AFTER) {
        untold = 0;
        yield { events, cursor };
      }
      atEnd = read.length < READ_LIMIT && read[0]?.gap === undefined;
    } else {
      cursor = yield* takeAll(reader, cursor, signal, place);
      untold = 0;
      atEnd = false;
    }
  }
}

/** Until the reader has to read by itself again, from the place that is returned. */
async function* takeAll(
  reader: LiveReader,
  from: string,
  signal: AbortSignal,
  place: ReaderPlace | undefined,
): AsyncGenerator<TailBatch, string, undefined> {
  let cursor = from;
  const leave = (): void => reader.leave();
  signal.addEventListener('abort', leave, { once: true });
  try {
    while (!signal.aborted) {
      // Nothing tells it of what is not for it, and yet it is as far as the log was read.
      place?.at(() => reader.cursor());
      const batch = await reader.take(READ_LIMIT);
      if (batch === undefined || isAborted(signal)) break;
      ({ cursor } = batch);
      place?.at(cursor);
      yield batch;
    }
    return cursor;
  } finally {
    signal.removeEventListener('abort', leave);
    leave();
  }
}

/** The next events, or the gap where they were; undefined while the store cannot be reached. */
async function readOrGap(log: EventLog, cursor: string): Promise<readonly SyncEvent[] | undefined> {
  try {
    return await log.read(cursor, READ_LIMIT);
  } catch (thrown) {
    if (!(thrown instanceof HubFault)) throw thrown;
    if (thrown.code === 'HUB_EVENT_STORE_UNAVAILABLE') return undefined;
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
