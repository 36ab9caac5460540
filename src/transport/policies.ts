// Retry, concurrency limit and circuit breaker of one source, made of cockatiel's policies. What goes in is one attempt;
// what comes out is the outcome of the last attempt, or a HubFault where no attempt was allowed.
import { setTimeout as pause } from 'node:timers/promises';
import {
  BrokenCircuitError,
  BulkheadRejectedError,
  bulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhenResult,
  type IBackoff,
} from 'cockatiel';
import type { SourceStats } from '../contract/source-stats.ts';
import type { UpstreamResponse } from '../contract/transport.ts';
import type { SourceSettings } from '../config/source-settings.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { Logger } from '../telemetry/logger.ts';

/** How one attempt ended. What says nothing about the source (the caller went away) is thrown instead. */
export type Outcome =
  | { readonly response: UpstreamResponse }
  | {
      readonly fault: HubFault;
      /** Present where another attempt is allowed, not sooner and not later than this from now. */
      readonly repeat?: { readonly afterMs: number; readonly withinMs: number };
    };

export interface Policies {
  /**
   * @param attempt `probe` is true while the breaker lets this one call through to see whether the source has recovered.
   */
  execute(attempt: (probe: boolean) => Promise<Outcome>, signal: AbortSignal): Promise<Outcome>;
}

/** Calls that wait for their turn, as a multiple of the calls in flight. */
const QUEUE_FACTOR = 10;

export function createPolicies(source: string, settings: SourceSettings, stats: SourceStats, logger: Logger): Policies {
  const exponential = new ExponentialBackoff({
    initialDelay: settings.retry.initialDelayMs,
    maxDelay: settings.retry.maxDelayMs,
  });
  const limit = bulkhead(settings.concurrency, settings.concurrency * QUEUE_FACTOR);
  const breaker = circuitBreaker(
    handleWhenResult((outcome) => isSourceDown(outcome as Outcome)),
    { halfOpenAfter: settings.breaker.pauseMs, breaker: new ConsecutiveBreaker(settings.breaker.failures) },
  );
  let openedAt = 0;
  breaker.onStateChange((state) => {
    if (state === CircuitState.Open) openedAt = Date.now();
    const name = state === CircuitState.Closed ? 'closed' : state === CircuitState.HalfOpen ? 'half-open' : 'open';
    stats.breaker(name);
    logger[name === 'open' ? 'warn' : 'info']({ source, breaker: name }, `the circuit breaker is ${name}`);
  });

  const refusal = (error: unknown): unknown => {
    if (error instanceof BrokenCircuitError) {
      const retryAfterMs = Math.max(0, openedAt + settings.breaker.pauseMs - Date.now());
      return new HubFault('HUB_UPSTREAM_UNREACHABLE', `source "${source}" has failed repeatedly and is given a pause`, {
        details: { source, breaker: 'open', retryAfterMs },
      });
    }
    if (error instanceof BulkheadRejectedError) {
      const message = `source "${source}" has ${settings.concurrency} calls in flight and as many waiting as are allowed`;
      return new HubFault('HUB_CAPACITY_EXCEEDED', message, { details: { source } });
    }
    return error;
  };

  const once = async (attempt: (probe: boolean) => Promise<Outcome>, signal: AbortSignal): Promise<Outcome> => {
    try {
      const guarded = () => breaker.execute(() => attempt(breaker.state === CircuitState.HalfOpen));
      return await limit.execute(guarded, signal);
    } catch (error) {
      throw refusal(error);
    }
  };

  return {
    // cockatiel's own retry cannot be interrupted while it waits, so only its backoff is used.
    async execute(attempt, signal) {
      let backoff: IBackoff<unknown> | undefined;
      for (let tries = 1; ; tries += 1) {
        const outcome = await once(attempt, signal);
        const repeat = 'fault' in outcome ? outcome.repeat : undefined;
        if (repeat === undefined || tries >= settings.retry.attempts) return outcome;
        backoff = (backoff ?? exponential).next(undefined);
        const delayMs = Math.max(backoff.duration, repeat.afterMs);
        if (delayMs >= repeat.withinMs) return outcome;
        await pause(delayMs, undefined, { signal }).catch(() => Promise.reject(signal.reason as HubFault));
      }
    },
  };
}

/** Refusals (4xx, 429) and faults that a protocol defines mean that the source is alive. */
function isSourceDown(outcome: Outcome): boolean {
  if (!('fault' in outcome)) return false;
  const { code } = outcome.fault;
  return code === 'HUB_UPSTREAM_UNREACHABLE' || code === 'HUB_UPSTREAM_TIMEOUT' || code === 'HUB_UPSTREAM_FAILED';
}
