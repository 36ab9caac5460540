// A row of the events table → an event.
import type { Selectable } from 'kysely';
import type { ChangeOperation, SyncEvent } from '../../contract/events.ts';
import type { EventsTable } from '../../contract/store.ts';
import { toCursor } from './cursor.ts';

export type EventRow = Selectable<EventsTable>;

export function toSyncEvent(row: EventRow, logId: string): SyncEvent {
  return {
    id: row.id,
    cursor: toCursor(logId, Number(row.position)),
    at: row.arrived_at.toISOString(),
    source: row.source,
    type: row.type,
    operation: row.operation as ChangeOperation,
    key: row.key,
    partition: row.partition,
    ...(row.occurred_at === null ? {} : { occurredAt: row.occurred_at.toISOString() }),
    ...(row.payload === null ? {} : { payload: row.payload }),
    ...(row.causation_id === null ? {} : { causationId: row.causation_id }),
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    ...(row.delivery_id === null ? {} : { deliveryId: row.delivery_id }),
  };
}
