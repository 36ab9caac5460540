// A row of the events table → an event.
import type { ChangeOperation, SyncEvent } from '../../contract/events.ts';
import type { EventsTable } from '../../contract/store.ts';
import { toCursor } from './cursor.ts';

export function toSyncEvent(row: EventsTable, logId: string): SyncEvent {
  return {
    id: row.id,
    cursor: toCursor(logId, row.position),
    at: new Date(row.arrived_at).toISOString(),
    source: row.source,
    type: row.type,
    operation: row.operation as ChangeOperation,
    key: JSON.parse(row.key) as Record<string, unknown>,
    partition: row.partition,
    ...(row.occurred_at === null ? {} : { occurredAt: new Date(row.occurred_at).toISOString() }),
    ...(row.payload === null ? {} : { payload: JSON.parse(row.payload) as unknown }),
    ...(row.causation_id === null ? {} : { causationId: row.causation_id }),
    ...(row.correlation_id === null ? {} : { correlationId: row.correlation_id }),
    ...(row.delivery_id === null ? {} : { deliveryId: row.delivery_id }),
  };
}
