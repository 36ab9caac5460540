// Figures of one source: the transport (or a model client) records each call, `Query.hub` and health read snapshots.
import type { SourceSnapshot, SourceStats } from '../contract/source-stats.ts';
import type { FaultCode } from '../faults/fault-table.ts';

/** How many of the latest calls the percentiles cover. */
const WINDOW = 1024;

/**
 * Memory is fixed: a ring of the last 1,024 durations, sorted only when a snapshot is taken.
 * A call that ended because the caller went away (HUB_REQUEST_ABORTED) counts as a call and says nothing else:
 * neither its duration nor its end is the source's doing.
 */
export function createSourceStats(): SourceStats {
  const durations = new Float64Array(WINDOW);
  let measured = 0;
  let calls = 0;
  let failures = 0;
  let lastFault: FaultCode | null = null;
  let lastOutcome: 'none' | 'answered' | 'failed' = 'none';
  let breaker: 'closed' | 'open' | 'half-open' = 'closed';

  const health = (): SourceSnapshot['health'] => {
    if (breaker === 'open') return 'down';
    if (lastOutcome === 'none') return 'unknown';
    return lastOutcome === 'failed' || breaker === 'half-open' ? 'degraded' : 'up';
  };

  return {
    record(durationMs, fault) {
      calls += 1;
      if (fault === 'HUB_REQUEST_ABORTED') return;
      durations[measured % WINDOW] = durationMs;
      measured += 1;
      lastOutcome = fault === undefined ? 'answered' : 'failed';
      if (fault === undefined) return;
      failures += 1;
      lastFault = fault;
    },
    breaker(state) {
      breaker = state;
    },
    snapshot() {
      const sorted = durations.slice(0, Math.min(measured, WINDOW)).sort();
      return {
        health: health(),
        calls,
        failures,
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
        lastFault,
      };
    },
  };
}

/** Nearest rank: the smallest value that at least that share of the calls did not exceed. */
function percentile(sorted: Float64Array, share: number): number | null {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)];
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}
