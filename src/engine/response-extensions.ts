// What a response tells about itself, for `extensions` of callers that asked for it and may have it.
import type { ExecutedPlan, OperationPlan } from '../contract/graph.ts';
import type { ModelUsage, Scope, UpstreamHeaders, UsageSnapshot } from '../contract/scope.ts';

interface UsageSummary {
  /** One entry per source that was called. */
  readonly sources: readonly SourceUsage[];
  /** One entry per source, model and task. */
  readonly models: readonly (ModelUsage & { readonly calls: number })[];
}

interface SourceUsage {
  readonly source: string;
  /** Calls that this request made, joined or found answered. */
  readonly calls: number;
  /** Those of them that an identical call in flight answered. */
  readonly shared: number;
  /** Those of them that a kept answer saved. */
  readonly cached: number;
  /** Sum of their durations; calls run side by side, so it may exceed the request's own. */
  readonly durationMs: number;
}

interface ResponseExtensions {
  readonly usage?: UsageSummary;
  readonly plan?: ExecutedPlan;
  readonly headers?: readonly UpstreamHeaders[];
}

/** Undefined where the scope asks for none. `plan` is called only where it is asked for. */
export function describeResponse(scope: Scope, plan: () => OperationPlan): ResponseExtensions | undefined {
  if (scope.extensions.size === 0) return undefined;
  const used = scope.usage.snapshot();
  return {
    ...(scope.extensions.has('usage') ? { usage: summarise(used) } : {}),
    ...(scope.extensions.has('headers') ? { headers: used.headers } : {}),
    ...(scope.extensions.has('plan') ? { plan: { ...plan(), upstream: used.calls } } : {}),
  };
}

function summarise({ calls, models }: UsageSnapshot): UsageSummary {
  return {
    sources: [...Map.groupBy(calls, (call) => call.source)].map(([source, made]) => ({
      source,
      calls: made.length,
      shared: made.filter((call) => call.shared).length,
      cached: made.filter((call) => call.cached !== undefined).length,
      durationMs: Math.round(made.reduce((sum, call) => sum + call.durationMs, 0)),
    })),
    models: [
      ...Map.groupBy(models, ({ source, model, task }) => JSON.stringify([source, model, task])).values(),
    ].flatMap(mergeModels),
  };
}

function mergeModels(uses: readonly ModelUsage[]): (ModelUsage & { calls: number })[] {
  const [first] = uses;
  if (first === undefined) return [];
  const sum = (of: (use: ModelUsage) => number): number => uses.reduce((total, use) => total + of(use), 0);
  return [
    {
      source: first.source,
      model: first.model,
      task: first.task,
      calls: uses.length,
      items: sum((use) => use.items),
      inputTokens: sum((use) => use.inputTokens),
      outputTokens: sum((use) => use.outputTokens),
    },
  ];
}
