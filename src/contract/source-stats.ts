// How a source has been doing: written by whoever calls upstream, read by `Query.hub` and health.
import type { FaultCode } from '../faults/fault-table.ts';

export interface SourceStats {
  /** One upstream call ended. `fault` is absent when it succeeded. */
  record(durationMs: number, fault?: FaultCode): void;
  /** Tells what the circuit breaker thinks. */
  breaker(state: 'closed' | 'open' | 'half-open'): void;
  snapshot(): SourceSnapshot;
}

export interface SourceSnapshot {
  /** `unknown` until the first call; `down` while the breaker is open; `degraded` when the last call failed. */
  readonly health: 'unknown' | 'up' | 'degraded' | 'down';
  readonly calls: number;
  readonly failures: number;
  /** Over the last 1,024 calls, in milliseconds; null before the first. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly lastFault: FaultCode | null;
}
