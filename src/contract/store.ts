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
  sync_places: SyncPlacesTable;
  sync_runs: SyncRunsTable;
  polls: PollsTable;
  poll_records: PollRecordsTable;
  feeds: FeedsTable;
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

/** How far in the log each sync rule has come. */
export interface SyncPlacesTable {
  rule: string;
  cursor: string;
}

export type SyncRunState = 'waiting' | 'done' | 'ignored' | 'dead';

/** One event that a sync rule is for. */
export interface SyncRunsTable {
  /** The rule and the event: one run for both, however often the event is read. */
  id: string;
  rule: string;
  event_id: string;
  position: number;
  /** Runs of one rule and partition are worked off in order. */
  partition: string;
  /** JSON. */
  event: string;
  state: SyncRunState;
  attempts: number;
  /** Not before. */
  next_at: number;
  /** Who works on it, and until when nobody else does. */
  owner: string | null;
  lease_until: number | null;
  /** JSON: what the query brought and how much was applied, so that neither is done again. */
  data: string | null;
  reason: string | null;
  finished_at: number | null;
}

/** Where each poll is. */
export interface PollsTable {
  name: string;
  /** Which time round; grows. */
  pass: number;
  /** Whether this time everything is read. */
  full: number;
  /** JSON: the page that comes next in this pass. */
  page: string | null;
  /** What this pass asks from; and the newest change that was seen. */
  since: number | null;
  newest: number | null;
  /** When this pass began; null before its first page was read. */
  started_at: number | null;
  full_at: number | null;
  next_at: number;
  owner: string | null;
  lease_until: number | null;
}

/** What a poll knows of each record. */
export interface PollRecordsTable {
  poll: string;
  /** JSON, fields in order. */
  key: string;
  hash: string;
  /** The pass in which it was last seen. */
  pass: number;
}

/** Who follows each feed. */
export interface FeedsTable {
  name: string;
  /** JSON: what the last item gave to go on after. */
  place: string | null;
  owner: string | null;
  lease_until: number | null;
}
