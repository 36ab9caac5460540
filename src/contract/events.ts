// Events: what changed, in which source, and the log that keeps them in order.

export type ChangeOperation = 'CREATED' | 'UPDATED' | 'DELETED';

/** A change of one entity, before the log gave it a cursor. */
export interface EntityChange {
  readonly source: string;
  /** GraphQL type name of the entity in the composed graph. */
  readonly type: string;
  readonly operation: ChangeOperation;
  /** The key fields of the entity, for example `{ id: "42" }`; values are strings as GraphQL IDs are. */
  readonly key: Readonly<Record<string, unknown>>;
  /** Id of the request that caused it. */
  readonly correlationId?: string;
}

export interface SyncEvent extends EntityChange {
  /** Opaque; ordered as the log is. */
  readonly cursor: string;
  /** ISO 8601, when the hub learned of it. */
  readonly at: string;
}

export interface EventLog {
  append(changes: readonly EntityChange[]): Promise<readonly SyncEvent[]>;
  /**
   * Events after `cursor` (all that are kept if it is undefined), oldest first, at most `limit`.
   * Rejects with HUB_EVENT_CURSOR_INVALID or HUB_EVENT_GAP.
   */
  read(cursor: string | undefined, limit: number): Promise<readonly SyncEvent[]>;
  /** Cursor of the newest event; reading after it yields what comes from now on. */
  tail(): Promise<string>;
  close(): Promise<void>;
}

/** Wakes readers up; carries no data. A lost wake-up delays, never loses. */
export interface Bus {
  publish(): void;
  /** Resolves at the next `publish`, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
