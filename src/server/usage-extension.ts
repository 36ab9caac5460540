// What a request used, for `extensions.usage` of callers that ask for it with `x-manifold-extensions: usage`.
import type { GraphResponse } from '../contract/graph.ts';
import type { ModelUsage, Scope, UsageSnapshot } from '../contract/scope.ts';

const HEADER = 'x-manifold-extensions';

export interface UsageSummary {
  /** One entry per source that was called. */
  readonly sources: readonly SourceUsage[];
  /** One entry per source, model and task. */
  readonly models: readonly (ModelUsage & { readonly calls: number })[];
}

export interface SourceUsage {
  readonly source: string;
  /** Calls that this request made or joined. */
  readonly calls: number;
  /** Those of them that an identical call in flight answered. */
  readonly shared: number;
  /** Sum of their durations; calls run side by side, so it may exceed the request's own. */
  readonly durationMs: number;
}

export function wantsUsage(headers: Readonly<Record<string, string>>): boolean {
  return headers[HEADER]?.split(',').some((name) => name.trim().toLowerCase() === 'usage') ?? false;
}

/** The response with `extensions.usage`. */
export function withUsage(response: GraphResponse, scope: Scope): GraphResponse {
  return { ...response, extensions: { ...response.extensions, usage: summarise(scope.usage.snapshot()) } };
}

function summarise({ calls, models }: UsageSnapshot): UsageSummary {
  return {
    sources: [...Map.groupBy(calls, (call) => call.source)].map(([source, made]) => ({
      source,
      calls: made.length,
      shared: made.filter((call) => call.shared).length,
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
