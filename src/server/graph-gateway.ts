// The graph that serves now, as the gateway that Apollo Server executes operations with.
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import { assertValidSchema, buildSchema } from 'graphql';
import type { GraphResponse, PreparedOperation } from '../contract/graph.ts';
import { FAULT_TABLE } from '../faults/fault-table.ts';
import { HubFault } from '../faults/hub-fault.ts';
import type { ResponseError } from '../faults/to-response-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CurrentGraph } from './current-graph.ts';
import type { FastLane } from './fast-lane.ts';
import type { AdmitOperation } from './operation-gate.ts';
import type { RequestContext } from './request-context.ts';
import { carryAll, CarriedError } from './response-errors.ts';

type Gateway = ApolloServerOptionsWithGateway<RequestContext>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
type ExecutorResult = Awaited<ReturnType<Executor>>;

export interface GraphGatewayOptions {
  readonly graphs: CurrentGraph;
  readonly gate: AdmitOperation;
  readonly lane: Pick<FastLane, 'learn' | 'mutated'>;
  readonly development: boolean;
  readonly logger: Logger;
}

/**
 * All that Apollo Server does with the schema, as it neither validates nor executes, is to print it, so that documents of
 * one schema are not taken for those of another. But what it keeps of a document is the same for all schemas.
 */
const STAND_IN = buildSchema('type Query { graph: Boolean }');

/** A request runs on the graph that it holds a lease on, also while another one takes over. */
export function createGraphGateway({ graphs, gate, lane, development, logger }: GraphGatewayOptions): Gateway {
  const executor: Executor = async ({ context, source, request, operationName }) => {
    const { graph, scope } = context as RequestContext;
    try {
      // Apollo knows the name of the one operation too, which makes both ways of asking for it the same in caches.
      const prepared = graph.prepare(gate(graph, source, operationName ?? request.operationName));
      assertNoSubscription(prepared);
      const response = await prepared.execute(scope, request.variables ?? {});
      if (prepared.kind === 'mutation') lane.mutated();
      else if (response.data !== undefined) lane.learn(graph, source, request.operationName, prepared);
      return toExecutorResult(response);
    } catch (thrown) {
      return { errors: carryAll(thrown, { development, logger, requestId: scope.id }) };
    }
  };

  return {
    onSchemaLoadOrUpdate: (notify) =>
      graphs.watch(({ schema }) => {
        assertValidSchema(schema);
        notify({ apiSchema: STAND_IN, coreSupergraphSdl: '' });
      }),
    load: () => Promise.resolve({ executor }),
    stop: () => Promise.resolve(),
  };
}

function assertNoSubscription({ kind }: PreparedOperation): void {
  if (kind !== 'subscription') return;
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    'subscriptions are served on this path over a websocket (graphql-transport-ws) and as an event stream (accept: text/event-stream)',
  );
}

function toExecutorResult({ data, errors, extensions }: GraphResponse): ExecutorResult {
  const nothingElse = data === undefined;
  return {
    ...(nothingElse ? {} : { data }),
    ...(errors === undefined || errors.length === 0
      ? {}
      : { errors: errors.map((error) => new CarriedError(error, nothingElse ? httpOf(error) : undefined)) }),
    ...(extensions === undefined ? {} : { extensions }),
  };
}

function httpOf({ extensions: { code } }: ResponseError): { status: number } {
  const rule = Object.entries(FAULT_TABLE).find(([name]) => name === code)?.[1];
  return { status: rule?.httpStatus ?? 400 };
}
