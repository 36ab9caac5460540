// The database that holds what must not be lost. Opened by compose.ts and the command line, used by the events room.
import type { Kysely } from 'kysely';

/** Of SQL, where the two databases differ. */
export type StoreDialect = 'postgres' | 'sqlite';

export interface Store {
  readonly dialect: StoreDialect;
  /** The schema that all tables are in; raw SQL has to name it. */
  readonly schema: string;
  /**
   * The database, tables made. Opened by the first call; after a failure the next call tries again.
   * Rejects with HUB_EVENT_STORE_UNAVAILABLE or HUB_CONFIG_STATE_IN_USE.
   */
  open(): Promise<Kysely<StoreTables>>;
  /** Twice is safe; nothing can be opened afterwards. */
  close(): Promise<void>;
}

/** Instants are milliseconds since 1970, and JSON is text, so that both databases hold the same. */
export interface StoreTables {
  events: EventsTable;
  deliveries: DeliveriesTable;
  event_head: EventHeadTable;
  event_horizon: EventHorizonTable;
  dead_letters: DeadLettersTable;
}

/** The event log. `position` is gapless and in the order of commit; see docs/decisions/0003-event-log-order.md. */
export interface EventsTable {
  position: number;
  id: string;
  source: string;
  type: string;
  operation: string;
  /** JSON. */
  key: string;
  partition: string;
  occurred_at: number | null;
  arrived_at: number;
  /** JSON. */
  payload: string | null;
  causation_id: string | null;
  correlation_id: string | null;
  delivery_id: string | null;
}

/** Which deliveries became events. */
export interface DeliveriesTable {
  source: string;
  delivery_id: string;
  arrived_at: number;
}

/** One row: the log, and the position of its newest event. */
export interface EventHeadTable {
  log_id: string;
  position: number;
}

/** One row: the position of the newest event that was dropped. */
export interface EventHorizonTable {
  position: number;
}

/** Deliveries that were stored but could not be made into events. */
export interface DeadLettersTable {
  id: string;
  webhook: string;
  source: string;
  delivery_id: string | null;
  reason: string;
  /** JSON. */
  headers: string;
  body: Uint8Array;
  received_at: number;
  replayed_at: number | null;
}
