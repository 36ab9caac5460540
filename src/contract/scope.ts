// What travels with one request through every room: who asks, how long it may take, what was shared, what it used.
import type { EntityChange } from './events.ts';
import type { Principal } from './principal.ts';

export interface Scope {
  /** Request id: a UUID, or the caller's `x-request-id` where it is well-formed. */
  readonly id: string;
  readonly principal: Principal;
  /**
   * Cache partition: callers with different partitions never share an upstream call, an execution or a cached answer.
   * Made of the principal; the transport adds the forwarded headers of the source.
   */
  readonly partition: string;
  /** Lower-case names; only what credentials are configured to forward may leave the hub. */
  readonly headers: Readonly<Record<string, string>>;
  /** When the request must be done, in milliseconds of `performance.now()`. */
  readonly deadlineAt: number;
  /** Aborts when the caller goes away or the deadline passes. */
  readonly signal: AbortSignal;
  /** Per-request state of subgraphs (DataLoaders): made on first use, gone with the request. */
  readonly loaders: ScopeLoaders;
  readonly usage: UsageRecorder;
  /** What the response is to tell about itself: asked for by the caller, granted by the server. */
  readonly extensions: ReadonlySet<ResponseExtension>;
  /**
   * Of a mutation that may be run again: what upstreams know it by. Each call that changes something carries a key of its
   * own that is derived from it.
   */
  readonly idempotencyKey?: string;
  /** Cursor that a stream goes on after, whatever its arguments say. */
  readonly resumeAfter?: string;
  /** Whether whoever reads a stream wants to know its place also where there is no event. */
  readonly tellPlaces?: boolean;
  /** A stream whose connection is lost ends: whoever reads it opens another one, from where it is. */
  readonly connectsOnce?: boolean;
  /** Tells the event log that a mutation changed an entity. Never throws, never waits. */
  changed(change: EntityChange): void;
}

/**
 * `usage`: which sources and models were called, and how much. `plan`: how the answer came about, fetch by fetch.
 * `headers`: what upstreams say beside their payloads, where their descriptions declare it (SOAP headers).
 */
export type ResponseExtension = 'usage' | 'plan' | 'headers';

/** One value per (request, owner); the owner is any object that outlives requests, for example a prepared lookup. */
export interface ScopeLoaders {
  of<T>(owner: object, create: () => T): T;
}

/** Counts what a request used; read for `extensions.usage` when the caller asks for it. */
export interface UsageRecorder {
  upstreamCall(call: UpstreamCallUsage): void;
  model(call: ModelUsage): void;
  /** Only told where the scope asks for the extension `headers`. */
  headers(said: UpstreamHeaders): void;
  snapshot(): UsageSnapshot;
}

export interface UpstreamCallUsage {
  readonly source: string;
  /** "GET /orders/{id}", "GetStockLevels": never with values in it. */
  readonly operation: string;
  readonly durationMs: number;
  /** Whether an identical call already in flight answered this one too. */
  readonly shared: boolean;
  /** Whether a kept answer was given out, and no call made; `stale`: while a fresh one is fetched. */
  readonly cached?: 'fresh' | 'stale';
  readonly status?: number;
}

export interface ModelUsage {
  readonly source: string;
  /** "openai/gpt-5-mini", "local/extractive". */
  readonly model: string;
  readonly task: string;
  /** How many items one call answered. */
  readonly items: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export interface UpstreamHeaders {
  readonly source: string;
  readonly operation: string;
  /** Declared headers by name, decoded like a payload. */
  readonly values: Readonly<Record<string, unknown>>;
}

export interface UsageSnapshot {
  readonly calls: readonly UpstreamCallUsage[];
  readonly models: readonly ModelUsage[];
  readonly headers: readonly UpstreamHeaders[];
}
