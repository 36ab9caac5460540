// One call of one model, with what surrounds every call: time limit, breaker, concurrency, statistics, usage.
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  type CircuitBreakerPolicy,
} from 'cockatiel';
import type { Scope } from '../../contract/scope.ts';
import type { SourceStats } from '../../contract/source-stats.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { AiSettings } from './config.ts';
import type { AiTask, Model, TokenUsage } from './model.ts';

export interface CallPurpose {
  readonly task: AiTask;
  readonly items: number;
}

/**
 * Rejects with a HubFault; with the scope's own reason once the scope has aborted. HUB_UPSTREAM_TIMEOUT after
 * `timeoutMs`, HUB_UPSTREAM_UNREACHABLE while the model's breaker is open, HUB_CAPACITY_EXCEEDED when the queue is full.
 */
export type CallModel = <T extends { readonly usage: TokenUsage }>(
  scope: Scope,
  model: Model,
  purpose: CallPurpose,
  call: (signal: AbortSignal) => Promise<T>,
) => Promise<T>;

type CallSettings = Pick<AiSettings, 'timeoutMs' | 'concurrency' | 'breaker'>;

/** @param models all models of the source: it counts as down when none of them may be called. */
export function createCallModel(
  source: string,
  settings: CallSettings,
  stats: SourceStats,
  models: readonly Model[],
): CallModel {
  const slots = bulkhead(settings.concurrency, settings.concurrency * 10);
  const breakers = createBreakers(settings, stats, models);

  async function timed<T>(scope: Scope, model: Model, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    // Not AbortSignal.timeout: that one lives on for the whole time after the model has answered.
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), settings.timeoutMs);
    try {
      return await call(AbortSignal.any([scope.signal, timeout.signal]));
    } catch (thrown) {
      scope.signal.throwIfAborted();
      if (!timeout.signal.aborted) throw toHubFault(thrown);
      throw new HubFault('HUB_UPSTREAM_TIMEOUT', `${model.name} did not answer within ${settings.timeoutMs} ms.`, {
        details: { source, model: model.name },
      });
    } finally {
      clearTimeout(timer);
    }
  }

  async function recorded<T extends { readonly usage: TokenUsage }>(
    scope: Scope,
    model: Model,
    { task, items }: CallPurpose,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    scope.signal.throwIfAborted();
    const startedAt = performance.now();
    const ended = (fault?: HubFault): void => {
      const durationMs = performance.now() - startedAt;
      stats.record(durationMs, fault?.code);
      if (!model.remote) return;
      const status = fault === undefined ? 200 : fault.details.upstreamStatus;
      scope.usage.upstreamCall({
        source,
        operation: `${task} with ${model.name}`,
        durationMs,
        shared: false,
        ...(status === undefined ? {} : { status }),
      });
    };
    try {
      const result = await timed(scope, model, call);
      ended();
      scope.usage.model({ source, model: model.name, task, items, ...result.usage });
      return result;
    } catch (thrown) {
      const fault = toHubFault(thrown);
      ended(fault);
      throw fault;
    }
  }

  return async (scope, model, purpose, call) => {
    const breaker = breakers.get(model.name);
    if (breaker === undefined) return recorded(scope, model, purpose, call);
    try {
      return await slots.execute(
        () => breaker.execute(() => recorded(scope, model, purpose, call), scope.signal),
        scope.signal,
      );
    } catch (thrown) {
      scope.signal.throwIfAborted();
      throw refusalOf(thrown, source, model.name);
    }
  };
}

function createBreakers(
  settings: CallSettings,
  stats: SourceStats,
  models: readonly Model[],
): ReadonlyMap<string, CircuitBreakerPolicy> {
  const breakers = new Map<string, CircuitBreakerPolicy>();
  const tell = (): void => {
    const states = models.map((model) => breakers.get(model.name)?.state ?? CircuitState.Closed);
    if (states.some((state) => state === CircuitState.Closed)) stats.breaker('closed');
    else stats.breaker(states.includes(CircuitState.HalfOpen) ? 'half-open' : 'open');
  };
  for (const model of models.filter(({ remote }) => remote)) {
    const breaker = circuitBreaker(handleWhen(countsForBreaker), {
      halfOpenAfter: settings.breaker.pauseMs,
      breaker: new ConsecutiveBreaker(settings.breaker.failures),
    });
    breakers.set(model.name, breaker);
    breaker.onStateChange(tell);
  }
  return breakers;
}

function countsForBreaker(error: unknown): boolean {
  return error instanceof HubFault && error.retryable && error.code.startsWith('HUB_UPSTREAM_');
}

function refusalOf(thrown: unknown, source: string, model: string): HubFault {
  const details = { source, model };
  if (thrown instanceof BrokenCircuitError) {
    const message = `${model} failed several times in a row and is not called for a while.`;
    return new HubFault('HUB_UPSTREAM_UNREACHABLE', message, { details });
  }
  if (thrown instanceof BulkheadRejectedError) {
    return new HubFault('HUB_CAPACITY_EXCEEDED', `Too many calls wait for the models of "${source}".`, { details });
  }
  return toHubFault(thrown);
}
