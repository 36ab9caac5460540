// The database that holds what must not be lost. Opened by compose.ts and the command line, used by the events room.
import type { ColumnType, Generated, Kysely } from 'kysely';

export interface Store {
  /** The PostgreSQL schema that all tables are in; raw SQL has to name it. */
  readonly schema: string;
  /**
   * The database, tables made. Opened by the first call; after a failure the next call tries again.
   * Rejects with HUB_EVENT_STORE_UNAVAILABLE or HUB_CONFIG_STATE_IN_USE.
   */
  open(): Promise<Kysely<StoreTables>>;
  /** Twice is safe; nothing can be opened afterwards. */
  close(): Promise<void>;
}

export interface StoreTables {
  events: EventsTable;
  dead_letters: DeadLettersTable;
}

/** The event log. `position` is gapless and in the order of commit; see docs/decisions/0003-event-log-order.md. */
export interface EventsTable {
  position: ColumnType<string, string, never>;
  id: string;
  source: string;
  type: string;
  operation: string;
  key: ColumnType<Record<string, unknown>, string, never>;
  partition: string;
  occurred_at: Date | null;
  arrived_at: Date;
  payload: ColumnType<unknown, string | null, never>;
  causation_id: string | null;
  correlation_id: string | null;
  delivery_id: string | null;
}

/** Deliveries that were stored but could not be made into events. */
export interface DeadLettersTable {
  id: Generated<string>;
  webhook: string;
  source: string;
  delivery_id: string | null;
  reason: string;
  headers: ColumnType<Record<string, string>, string, never>;
  body: Uint8Array;
  received_at: Generated<Date>;
  replayed_at: Date | null;
}
