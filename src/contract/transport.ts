// HTTP to one source, with its credentials and policies. Connectors see this and nothing below it.
import type { HubFault } from '../faults/hub-fault.ts';
import type { Scope } from './scope.ts';

export interface UpstreamRequest {
  /** Upper case. */
  readonly method: string;
  /** Absolute, or relative to the source's url (a leading slash is appended to the url's path, not to its origin). */
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** "GET /orders/{id}": for spans, usage and messages; never with values in it. */
  readonly operation: string;
  /** Whether it may be repeated after a failure. A call that changes something is only so with an idempotency key. */
  readonly idempotent: boolean;
  /** Whether an identical call in flight (same method, url, headers, body and partition) may answer this one too. */
  readonly shareable: boolean;
  /**
   * What an HTTP answer means. Undefined: the answer is returned. A fault: it counts for retry and breaker, and is thrown.
   * The default takes 2xx and 3xx as answers and everything else as a fault by its status.
   */
  readonly faultOf?: (response: UpstreamResponse) => HubFault | undefined;
  /**
   * What the answer is derived from, as entity tags (`transport/entity-tags.ts`). Undefined: the answer is never kept.
   * Called at most once per answer of the upstream; where it throws, the answer is not kept.
   */
  readonly tagsOf?: (response: UpstreamResponse) => readonly string[];
}

export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The body decoded by the charset of its content type (UTF-8 where none is given). */
  text(): string;
  /** What the reader makes of it, made once for all who share the answer. What it throws is not kept. */
  read<T>(reader: (response: UpstreamResponse) => T): T;
}

export interface Transport {
  readonly source: string;
  /**
   * Rejects with a HubFault: HUB_UPSTREAM_UNREACHABLE, _TIMEOUT, _REJECTED, _FAILED, _RATE_LIMITED, _TOO_LARGE,
   * HUB_REQUEST_ABORTED, HUB_REQUEST_TIMEOUT, HUB_CAPACITY_EXCEEDED. Source and status are in its details.
   */
  request(scope: Scope, request: UpstreamRequest): Promise<UpstreamResponse>;
  close(): Promise<void>;
}
