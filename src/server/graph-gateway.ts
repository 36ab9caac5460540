// The graph that serves now, as the gateway that Apollo Server executes operations with.
import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { GraphResponse, PreparedOperation } from '../contract/graph.ts';
import { FAULT_TABLE } from '../faults/fault-table.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import type { ResponseError } from '../faults/to-response-error.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { CurrentGraph } from './current-graph.ts';
import type { OperationGate } from './operation-gate.ts';
import type { RequestContext } from './request-context.ts';
import { carryDocumentError, carryFault, CarriedError } from './response-errors.ts';
import { withUsage } from './usage-extension.ts';

type Gateway = ApolloServerOptionsWithGateway<RequestContext>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;
type ExecutorResult = Awaited<ReturnType<Executor>>;

export interface GraphGatewayOptions {
  readonly graphs: CurrentGraph;
  readonly gate: OperationGate;
  readonly development: boolean;
  readonly logger: Logger;
}

/** A request runs on the graph that it holds a lease on, also while another one takes over. */
export function createGraphGateway({ graphs, gate, development, logger }: GraphGatewayOptions): Gateway {
  const executor: Executor = async ({ context, source, request, operationName }) => {
    const { graph, scope, usage } = context as RequestContext;
    try {
      const variables = request.variables ?? {};
      // Apollo knows the name of the one operation too, which makes both ways of asking for it the same in caches.
      const sent = { text: source, operationName: operationName ?? request.operationName, variables };
      const admitted = gate(graph, sent);
      if ('errors' in admitted) return { errors: admitted.errors.map(carryDocumentError) };
      const prepared = graph.prepare(admitted.source);
      assertNoSubscription(prepared);
      const response = await prepared.execute(scope, variables);
      return toExecutorResult(usage ? withUsage(response, scope) : response);
    } catch (thrown) {
      const fault = toHubFault(thrown);
      if (fault.code === 'HUB_INTERNAL') logger.error({ err: thrown, requestId: scope.id }, 'an operation failed');
      return { errors: [carryFault(fault, development)] };
    }
  };

  return {
    onSchemaLoadOrUpdate: (notify) =>
      graphs.watch((graph) => notify({ apiSchema: graph.schema, coreSupergraphSdl: graph.supergraphSdl })),
    load: () => Promise.resolve({ executor }),
    stop: () => Promise.resolve(),
  };
}

function assertNoSubscription({ kind }: PreparedOperation): void {
  if (kind !== 'subscription') return;
  throw new HubFault(
    'HUB_REQUEST_INVALID',
    'subscriptions are served over a websocket on this path, with the protocol graphql-transport-ws',
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
