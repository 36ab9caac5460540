// A small composed graph over graphql-js, for tests of what stands above the engine.
import { createHash } from 'node:crypto';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { execute, getOperationAST, subscribe, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { ComposedGraph, GraphResponse, OperationSource } from '../../src/contract/graph.ts';
import type { Variables } from '../../src/contract/fetch.ts';
import type { Scope } from '../../src/contract/scope.ts';
import { describeResponse } from '../../src/engine/response-extensions.ts';
import { HubFault, toHubFault } from '../../src/faults/hub-fault.ts';
import { toResponseError } from '../../src/faults/to-response-error.ts';

type Resolver = (args: any, scope: Scope) => unknown;

export interface FakeGraphOptions {
  /** Callers' headers that reach a source. */
  readonly forwards?: readonly string[];
  readonly version?: string;
  /** SDL; a `Query.hello` by default. */
  readonly sdl?: string;
  readonly query?: Readonly<Record<string, Resolver>>;
  readonly mutation?: Readonly<Record<string, Resolver>>;
  /** Each yields the values of the field itself. */
  readonly subscription?: Readonly<Record<string, (args: any, scope: Scope) => AsyncIterable<unknown>>>;
}

export interface FakeGraph extends ComposedGraph {
  closed: boolean;
}

export function createFakeGraph(options: FakeGraphOptions = {}): FakeGraph {
  const sdl = options.sdl ?? 'type Query { hello(name: String): String }';
  const defaultQuery = options.sdl === undefined ? { hello: ({ name }: any) => `hello ${name ?? 'world'}` } : {};
  const schema = makeExecutableSchema({
    typeDefs: sdl,
    resolvers: {
      Query: resolversOf(options.query ?? defaultQuery),
      ...(options.mutation === undefined ? {} : { Mutation: resolversOf(options.mutation) }),
      ...(options.subscription === undefined
        ? {}
        : {
            Subscription: Object.fromEntries(
              Object.entries(options.subscription).map(([name, events]) => [
                name,
                {
                  subscribe: (_root: unknown, args: unknown, scope: Scope) => events(args, scope),
                  resolve: (value: unknown) => value,
                },
              ]),
            ),
          }),
    },
  });
  const graph: FakeGraph = {
    version: options.version ?? createHash('sha256').update(sdl).digest('hex').slice(0, 8),
    schema,
    supergraphSdl: sdl,
    forwards: options.forwards ?? [],
    closed: false,
    prepare: (operation) => prepareOn(schema, operation),
    close: () => {
      graph.closed = true;
      return Promise.resolve();
    },
  };
  return graph;
}

function resolversOf(fields: Readonly<Record<string, Resolver>>) {
  return Object.fromEntries(
    Object.entries(fields).map(([name, resolve]) => [
      name,
      (_root: unknown, args: unknown, scope: Scope) => resolve(args, scope),
    ]),
  );
}

const NO_PLAN = { steps: null, calls: { fixed: 0, batched: 0, perItem: [] } };

function prepareOn(schema: GraphQLSchema, { document, operationName }: OperationSource) {
  const operation = getOperationAST(document, operationName);
  if (!operation) throw new HubFault('HUB_REQUEST_INVALID', 'there is no such operation');
  const args = (scope: Scope, variableValues: Variables) => ({
    schema,
    document,
    operationName,
    variableValues,
    contextValue: scope,
  });
  return {
    kind: operation.operation,
    execute: async (scope: Scope, variables: Variables) => {
      const response = toResponse(await execute(args(scope, variables)));
      const extensions = describeResponse(scope, () => NO_PLAN);
      return extensions === undefined ? response : { ...response, extensions: { ...extensions } };
    },
    async *subscribe(scope: Scope, variables: Variables) {
      const events = await subscribe(args(scope, variables));
      if (Symbol.asyncIterator in events) for await (const event of events) yield toResponse(event);
      else yield toResponse(events);
    },
    explain: () => NO_PLAN,
  };
}

function toResponse({ data, errors }: ExecutionResult): GraphResponse {
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined
      ? {}
      : {
          errors: errors.map((error) =>
            error.originalError === undefined || error.path === undefined
              ? toResponseError(new HubFault('HUB_REQUEST_INVALID', error.message), error.path)
              : toResponseError(toHubFault(error.originalError), error.path),
          ),
        }),
  };
}
