// A route's models, tried in order until every item is answered. Called by the connector for each batch.
import { setTimeout as pause } from 'node:timers/promises';
import type { Scope } from '../../contract/scope.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';
import type { CallModel } from './call-model.ts';
import { checkAnswer } from './check-answer.ts';
import type { AiSettings } from './config.ts';
import type { Model, ModelItem, ModelRequest, TokenUsage } from './model.ts';

export interface Answered {
  readonly value: unknown;
  readonly model: string;
  /** Of the call that answered; undefined where that call answered other items too. */
  readonly usage: TokenUsage | undefined;
}

export interface Route {
  readonly name: string;
  /** At least one. */
  readonly models: readonly Model[];
}

export interface RouteRunner {
  /**
   * Every item's answer, checked against the request's shape, or its fault. An item that a model does not answer, or
   * not in the right shape, goes on to the next model alone. Rejects only when the scope has aborted.
   */
  answer(scope: Scope, route: Route, request: ModelRequest): Promise<ReadonlyMap<string, Answered | HubFault>>;
  /** Vectors of all texts, from one model: those of two models do not compare. Rejects with the last fault. */
  embed(scope: Scope, route: Route, texts: readonly string[]): Promise<Vectors>;
}

export interface Vectors {
  /** Text → vector. */
  readonly of: ReadonlyMap<string, readonly number[]>;
  readonly model: string;
}

interface Tried {
  readonly model: string;
  readonly fault: HubFault;
}

type RunnerSettings = Pick<AiSettings, 'retry' | 'maxKeysPerBatch'>;

export function createRouteRunner(source: string, settings: RunnerSettings, callModel: CallModel): RouteRunner {
  /**
   * Walks the route until `step` says that nothing is left. When all have been tried, those that may do better another
   * time are tried again after a pause: first the next model, only then patience.
   */
  async function walk(
    scope: Scope,
    route: Route,
    step: (model: Model) => Promise<HubFault | undefined>,
  ): Promise<Tried[]> {
    const tried: Tried[] = [];
    let models = route.models;
    for (let attempt = 1; ; attempt++) {
      const again: Model[] = [];
      let waitMs = Math.min(settings.retry.initialDelayMs * 2 ** (attempt - 1), settings.retry.maxDelayMs);
      for (const model of models) {
        const fault = await step(model);
        scope.signal.throwIfAborted();
        if (fault === undefined) return tried;
        tried.push({ model: model.name, fault });
        if (!fault.retryable) continue;
        again.push(model);
        waitMs = Math.max(waitMs, fault.details.retryAfterMs ?? 0);
      }
      const late = performance.now() + waitMs >= scope.deadlineAt;
      if (again.length === 0 || attempt >= settings.retry.attempts || waitMs > settings.retry.maxDelayMs || late)
        return tried;
      await pause(waitMs * (0.5 + Math.random() / 2), undefined, { signal: scope.signal }).catch(() => undefined);
      scope.signal.throwIfAborted();
      models = again;
    }
  }

  async function answer(scope: Scope, route: Route, request: ModelRequest) {
    const pending = new Map(request.items.map((item) => [item.id, item]));
    const outcomes = new Map<string, Answered | HubFault>();
    const step = async (model: Model): Promise<HubFault | undefined> => {
      const items = [...pending.values()];
      const fault = await tryModel(scope, model, { ...request, items }, outcomes);
      for (const { id } of items) if (!(outcomes.get(id) instanceof HubFault)) pending.delete(id);
      return pending.size === 0 ? undefined : fault;
    };
    const tried = await walk(scope, route, step);
    for (const id of pending.keys()) {
      const fault = outcomes.get(id);
      if (fault instanceof HubFault) outcomes.set(id, describe(fault, source, route, tried));
    }
    return outcomes;
  }

  /** Puts an outcome for every item of the request; returns the fault that the items left have in common, or one of them. */
  async function tryModel(
    scope: Scope,
    model: Model,
    request: ModelRequest,
    outcomes: Map<string, Answered | HubFault>,
  ): Promise<HubFault | undefined> {
    const { items, task } = request;
    try {
      const call = (signal: AbortSignal) => model.generate(request, signal);
      const { answers, usage } = await callModel(scope, model, { task, items: items.length }, call);
      let last: HubFault | undefined;
      for (const item of items) {
        const outcome = settle(item, answers, request, model.name, items.length === 1 ? usage : undefined);
        outcomes.set(item.id, outcome);
        if (outcome instanceof HubFault) last = outcome;
      }
      return last;
    } catch (thrown) {
      const fault = toHubFault(thrown);
      for (const item of items) outcomes.set(item.id, fault);
      return fault;
    }
  }

  async function embed(scope: Scope, route: Route, texts: readonly string[]): Promise<Vectors> {
    let vectors: Vectors | undefined;
    const tried = await walk(scope, route, async (model) => {
      try {
        vectors = { of: await embedWith(scope, model, texts), model: model.name };
        return undefined;
      } catch (thrown) {
        return toHubFault(thrown);
      }
    });
    if (vectors !== undefined) return vectors;
    const fault = tried.at(-1)?.fault ?? new HubFault('HUB_INTERNAL', `The route "${route.name}" has no models.`);
    throw describe(fault, source, route, tried);
  }

  async function embedWith(scope: Scope, model: Model, texts: readonly string[]) {
    const size = settings.maxKeysPerBatch;
    const chunks = Array.from({ length: Math.ceil(texts.length / size) }, (_, i) =>
      texts.slice(i * size, (i + 1) * size),
    );
    const lists = await Promise.all(
      chunks.map(async (chunk) => {
        const call = (signal: AbortSignal) => model.embed(chunk, signal);
        const { vectors } = await callModel(scope, model, { task: 'embed', items: chunk.length }, call);
        if (vectors.length !== chunk.length || vectors.some((vector) => !isVector(vector))) {
          throw malformed(model.name, 'the vectors do not fit the texts');
        }
        return vectors;
      }),
    );
    const flat = lists.flat();
    if (new Set(flat.map((vector) => vector.length)).size > 1)
      throw malformed(model.name, 'the vectors differ in length');
    return new Map(texts.map((text, index) => [text, flat[index] ?? []]));
  }

  return { answer, embed };
}

function settle(
  item: ModelItem,
  answers: ReadonlyMap<string, unknown>,
  request: ModelRequest,
  model: string,
  usage: TokenUsage | undefined,
): Answered | HubFault {
  if (!answers.has(item.id)) return malformed(model, `it gave no answer to one of ${request.items.length} items`);
  const given = answers.get(item.id);
  if (given instanceof HubFault) return given;
  const checked = checkAnswer(request.shape, given);
  return checked.ok ? { value: checked.value, model, usage } : malformed(model, checked.problem);
}

function malformed(model: string, why: string): HubFault {
  return new HubFault('HUB_UPSTREAM_MALFORMED', `${model} answered with something that cannot be used: ${why}.`);
}

function isVector(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((entry) => Number.isFinite(entry));
}

/** The last model's fault, told with all that was tried before it. */
function describe(fault: HubFault, source: string, route: Route, tried: readonly Tried[]): HubFault {
  return fault.with({
    source,
    route: route.name,
    tried: tried.map(({ model, fault: { code } }) => ({ model, code })),
  });
}
