// Events that were → new events that say the same, at the end of the log. Called by the command line.
import type { EntityChange, EventLog, SyncEvent } from '../../contract/events.ts';

const BATCH = 500;

/**
 * Subscribers and sync rules get them as they get what happens now. Causes stay what they were, so that a rule is not
 * started by what it has done itself; the time is when it happened, so that rules that leave alone what was changed since
 * still do. Rejects as the log does; what was appended before then stays.
 */
export async function replayEvents(log: EventLog, events: readonly SyncEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += BATCH) {
    await log.append(events.slice(at, at + BATCH).map(toChange));
  }
}

/** Without the id of its delivery, which the log would know. */
function toChange(event: SyncEvent): EntityChange {
  const { id, source, type, operation, key, partition, payload, causationId } = event;
  return {
    source,
    type,
    operation,
    key,
    partition,
    occurredAt: event.occurredAt ?? event.at,
    correlationId: `replay:${id}`,
    ...(payload === undefined ? {} : { payload }),
    ...(causationId === undefined ? {} : { causationId }),
  };
}
