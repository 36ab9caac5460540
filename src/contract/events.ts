// Events: what changed, in which source, and the log that keeps them in order.

/** CUSTOM: something happened to the entity that is none of the other three. */
export type ChangeOperation = 'CREATED' | 'UPDATED' | 'DELETED' | 'CUSTOM';

/** A change of one entity, before the log gave it a cursor. */
export interface EntityChange {
  readonly source: string;
  /** GraphQL type name of the entity in the composed graph. */
  readonly type: string;
  readonly operation: ChangeOperation;
  /** The key fields of the entity, for example `{ id: "42" }`; values are strings as GraphQL IDs are. */
  readonly key: Readonly<Record<string, unknown>>;
  /** ISO 8601, when the source says that it happened. */
  readonly occurredAt?: string;
  /** What the source said about it, as JSON. Never shown to subscribers: they get the entity, field policy and all. */
  readonly payload?: unknown;
  /** Id of the event that caused this one. */
  readonly causationId?: string;
  /** Id of the request that caused it. */
  readonly correlationId?: string;
  /**
   * The source's own id of the delivery. Changes with the same source and delivery id in one append are one delivery; a
   * delivery that the log has seen is left out.
   */
  readonly deliveryId?: string;
  /** Events of one partition are handled in order. By default the entity: its type and key. */
  readonly partition?: string;
}

export interface SyncEvent extends EntityChange {
  /** Unique in the log, and the same wherever the event is read. */
  readonly id: string;
  /** Opaque; ordered as the log is. */
  readonly cursor: string;
  /** ISO 8601, when the hub learned of it. */
  readonly at: string;
  readonly partition: string;
  /** Set on an item that stands for events which were dropped before they were read; nothing else happened then. */
  readonly gap?: SyncGap;
}

export interface SyncGap {
  /** The cursor after which events are missing. */
  readonly after: string;
  /** How many. */
  readonly lost: number;
}

/** What all events that a reader wants have in common, so that those of others need not be held before it. */
export interface EventInterest {
  readonly source?: string;
  readonly type?: string;
  /** One of the key fields, and its value as text. */
  readonly key?: readonly [name: string, value: string];
}

export interface EventLog {
  /**
   * One atomic step: all of them are kept, or none. Resolves with what was appended, in order: changes of a delivery that
   * the log has seen are not among it. Rejects with HUB_EVENT_STORE_UNAVAILABLE or HUB_CAPACITY_EXCEEDED.
   */
  append(changes: readonly EntityChange[]): Promise<readonly SyncEvent[]>;
  /**
   * Events after `cursor` (all that are kept if it is undefined), oldest first, at most `limit`.
   * Rejects with HUB_EVENT_CURSOR_INVALID, HUB_EVENT_STORE_UNAVAILABLE, or HUB_EVENT_GAP, whose details are a GapDetails.
   */
  read(cursor: string | undefined, limit: number): Promise<readonly SyncEvent[]>;
  /** Cursor of the newest event; reading after it yields what comes from now on. */
  tail(): Promise<string>;
  close(): Promise<void>;
}

/** Where reading can go on after HUB_EVENT_GAP. A type, not an interface: details of faults have an index signature. */
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions
export type GapDetails = {
  /** The cursor before the oldest event that is kept. */
  readonly resumeAfter: string;
  readonly lost: number;
};

/** Wakes readers up; carries no data. A lost wake-up delays, never loses. */
export interface Bus {
  publish(): void;
  /** Resolves at the next `publish`, or when the signal aborts. */
  wait(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
