// One operation on a websocket or an event stream: admitted, prepared on the graph that serves now, run with a scope of
// its own.
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { EntityChange } from '../contract/events.ts';
import type { Variables } from '../contract/fetch.ts';
import type { OperationSource, PreparedOperation, StreamedResponse } from '../contract/graph.ts';
import type { Principal } from '../contract/principal.ts';
import type { Scope } from '../contract/scope.ts';
import { createScope } from '../engine/create-scope.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CurrentGraph, GraphLease } from './current-graph.ts';
import type { FastLane } from './fast-lane.ts';
import type { AdmitOperation } from './operation-gate.ts';
import { carryAll, type CarriedError } from './response-errors.ts';
import { followGraph } from './follow-graph.ts';
import type { SubscriptionLimit } from './subscription-limit.ts';
import { wantedExtensions } from './wanted-extensions.ts';

export interface StartedOperation {
  readonly kind: PreparedOperation['kind'];
  /** For graphql-ws, which carries the operation along as the context value. */
  readonly args: ExecutionArgs;
  /** Aborts when the operation is over. */
  readonly ended: AbortSignal;
  /** Aborts when its graph was replaced, the grace is over, and it could not go on with the graph that serves now. */
  readonly expired: AbortSignal;
  execute(): Promise<ExecutionResult>;
  subscribe(): AsyncGenerator<StreamedResult, void, undefined>;
  /** Stops it; twice is safe. */
  end(): void;
}

/** An item of a subscription: a result, a new place in the stream, or both. */
export interface StreamedResult {
  readonly result?: ExecutionResult;
  readonly cursor?: string;
}

export interface StartOperation {
  (caller: OperationCaller, payload: OperationPayload): StartedOperation;
  /** What was thrown instead, ready to be sent. */
  readonly errors: (thrown: unknown) => readonly CarriedError[];
}

export interface OperationCaller {
  /** Of the request, where the operation has one to itself. */
  readonly id?: string;
  readonly principal: Principal;
  readonly headers: Readonly<Record<string, string>>;
  /** Where a subscription goes on, whatever its arguments say. */
  readonly resumeAfter?: string | undefined;
}

export interface OperationPayload {
  readonly query: string;
  readonly operationName?: string | undefined | null;
  readonly variables?: Readonly<Record<string, unknown>> | undefined | null;
}

export interface StartOperationOptions {
  readonly graphs: CurrentGraph;
  readonly gate: AdmitOperation;
  readonly lane: Pick<FastLane, 'mutated'>;
  readonly requestTimeoutMs: number;
  /** Over how long subscriptions move to a graph that replaces theirs. */
  readonly moveWithinMs: number;
  readonly limit: SubscriptionLimit;
  readonly development: boolean;
  readonly onChange: (change: EntityChange) => void;
  readonly logger: Logger;
}

export function createStartOperation(options: StartOperationOptions): StartOperation {
  const start = (caller: OperationCaller, payload: OperationPayload): StartedOperation => {
    const begin = (): Begun => {
      const lease = options.graphs.acquire();
      try {
        const source = options.gate(lease.graph, payload.query, payload.operationName ?? undefined);
        return { lease, source, prepared: lease.graph.prepare(source) };
      } catch (thrown) {
        lease.release();
        throw thrown;
      }
    };
    const begun = begin();
    try {
      const leave = begun.prepared.kind === 'subscription' ? options.limit.enter(caller.principal) : () => undefined;
      return createOperation(begun, begin, leave, caller, payload.variables ?? {}, options);
    } catch (thrown) {
      begun.lease.release();
      throw thrown;
    }
  };

  return Object.assign(start, { errors: (thrown: unknown) => carryAll(thrown, options) });
}

/** An operation that a graph has agreed to run. */
export interface Begun {
  readonly lease: GraphLease;
  readonly source: OperationSource;
  readonly prepared: PreparedOperation;
}

function createOperation(
  begun: Begun,
  begin: () => Begun,
  leave: () => void,
  caller: OperationCaller,
  variables: Variables,
  options: StartOperationOptions,
): StartedOperation {
  const { lease, source, prepared } = begun;
  const over = new AbortController();
  const scopeOf = (signal: AbortSignal, resumeAfter: string | undefined): Scope =>
    createScope({
      ...(caller.id === undefined ? {} : { id: caller.id }),
      principal: caller.principal,
      headers: caller.headers,
      signal,
      onChange: options.onChange,
      extensions: wantedExtensions(caller.headers, caller.principal, options.development),
      ...(prepared.kind === 'subscription'
        ? { resumeAfter, tellPlaces: true }
        : { timeoutMs: options.requestTimeoutMs }),
    });
  const following = followGraph({
    begun,
    begin,
    ended: over.signal,
    moveWithinMs: options.moveWithinMs,
    resumeAfter: caller.resumeAfter,
    // The graph that serves now may not take it any more.
    refused: (thrown) => ({ data: null, errors: carryAll(thrown, options).map(({ carried }) => carried) }),
    run: (by, signal, resumeAfter) => by.subscribe(scopeOf(signal, resumeAfter), variables),
  });

  const end = (): void => {
    over.abort();
    following.release();
    leave();
  };

  const args: ExecutionArgs = {
    schema: lease.graph.schema,
    document: source.document,
    ...(source.operationName === undefined ? {} : { operationName: source.operationName }),
  };
  const operation: StartedOperation = {
    kind: prepared.kind,
    args,
    ended: over.signal,
    expired: following.expired,
    end,
    async execute() {
      try {
        const response = await prepared.execute(scopeOf(over.signal, undefined), variables);
        if (prepared.kind === 'mutation') options.lane.mutated();
        // graphql-ws hands it back in `onNext`, which sends it as it is: its errors are in their outward form.
        return response as unknown as ExecutionResult;
      } finally {
        end();
      }
    },
    subscribe: () => endingWith(results(), end),
  };

  async function* results(): AsyncGenerator<StreamedResult, void, undefined> {
    for await (const response of following.responses()) yield toStreamedResult(response);
  }

  args.contextValue = operation;
  return operation;
}

/**
 * `return()` aborts the scope before it waits for the stream, which may be waiting for an event that never comes.
 * The scope also ends with the stream.
 */
function endingWith(
  stream: AsyncGenerator<StreamedResult, void, undefined>,
  end: () => void,
): AsyncGenerator<StreamedResult, void, undefined> {
  const next = stream.next.bind(stream);
  const finish = stream.return.bind(stream);
  stream.next = async () => {
    try {
      const result = await next();
      if (result.done === true) end();
      return result;
    } catch (thrown) {
      end();
      throw thrown;
    }
  };
  stream.return = (value) => {
    end();
    return finish(value);
  };
  return stream;
}

function toStreamedResult({ cursor, ...response }: StreamedResponse): StreamedResult {
  const empty = response.data === undefined && response.errors === undefined;
  return {
    ...(empty ? {} : { result: response as unknown as ExecutionResult }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}
