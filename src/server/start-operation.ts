// One operation on a websocket or an event stream: admitted, prepared on the graph that serves now, run with a scope of
// its own.
import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { EntityChange } from '../contract/events.ts';
import type { Variables } from '../contract/fetch.ts';
import type { GraphResponse, OperationSource, PreparedOperation } from '../contract/graph.ts';
import type { Principal } from '../contract/principal.ts';
import { createScope } from '../engine/create-scope.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CurrentGraph, GraphLease } from './current-graph.ts';
import type { FastLane } from './fast-lane.ts';
import type { AdmitOperation } from './operation-gate.ts';
import { carryAll, type CarriedError } from './response-errors.ts';
import { wantedExtensions } from './wanted-extensions.ts';

export interface StartedOperation {
  readonly kind: PreparedOperation['kind'];
  /** For graphql-ws, which carries the operation along as the context value. */
  readonly args: ExecutionArgs;
  /** Aborts when the operation is over. */
  readonly ended: AbortSignal;
  /** Aborts when its graph was replaced and the grace is over. */
  readonly expired: AbortSignal;
  execute(): Promise<ExecutionResult>;
  subscribe(): AsyncGenerator<ExecutionResult, void, undefined>;
  /** Stops it; twice is safe. */
  end(): void;
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
  readonly development: boolean;
  readonly onChange: (change: EntityChange) => void;
  readonly logger: Logger;
}

export function createStartOperation(options: StartOperationOptions): StartOperation {
  const start = (caller: OperationCaller, payload: OperationPayload): StartedOperation => {
    const lease = options.graphs.acquire();
    try {
      const source = options.gate(lease.graph, payload.query, payload.operationName ?? undefined);
      return createOperation(lease, source, caller, payload.variables ?? {}, options);
    } catch (thrown) {
      lease.release();
      throw thrown;
    }
  };

  return Object.assign(start, { errors: (thrown: unknown) => carryAll(thrown, options) });
}

function createOperation(
  lease: GraphLease,
  source: OperationSource,
  caller: OperationCaller,
  variables: Variables,
  options: StartOperationOptions,
): StartedOperation {
  const prepared = lease.graph.prepare(source);
  const over = new AbortController();
  const scope = createScope({
    ...(caller.id === undefined ? {} : { id: caller.id }),
    principal: caller.principal,
    headers: caller.headers,
    signal: over.signal,
    onChange: options.onChange,
    extensions: wantedExtensions(caller.headers, caller.principal, options.development),
    ...(prepared.kind === 'subscription' ? {} : { timeoutMs: options.requestTimeoutMs }),
  });

  const end = (): void => {
    over.abort();
    lease.release();
  };

  const operation: StartedOperation = {
    kind: prepared.kind,
    args: {
      schema: lease.graph.schema,
      document: source.document,
      ...(source.operationName === undefined ? {} : { operationName: source.operationName }),
      get contextValue() {
        return operation;
      },
    },
    ended: over.signal,
    expired: lease.expired,
    end,
    async execute() {
      try {
        const response = await prepared.execute(scope, variables);
        if (prepared.kind === 'mutation') options.lane.mutated();
        return toExecutionResult(response);
      } finally {
        end();
      }
    },
    subscribe: () => endingWith(responses(), end),
  };

  async function* responses(): AsyncGenerator<ExecutionResult, void, undefined> {
    for await (const response of prepared.subscribe(scope, variables)) yield toExecutionResult(response);
  }

  return operation;
}

/**
 * `return()` aborts the scope before it waits for the stream, which may be waiting for an event that never comes.
 * The scope also ends with the stream.
 */
function endingWith(
  stream: AsyncGenerator<ExecutionResult, void, undefined>,
  end: () => void,
): AsyncGenerator<ExecutionResult, void, undefined> {
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

/** graphql-ws hands it back in `onNext`, which sends it as it is: its errors are in their outward form. */
function toExecutionResult(response: GraphResponse): ExecutionResult {
  return response as unknown as ExecutionResult;
}
