// From an executable graphql-js schema with hand-written resolvers to a Subgraph; used by the hub's own kinds.
import {
  createSourceEventStream,
  execute,
  GraphQLError,
  isTypeDefinitionNode,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import type { FetchError, FetchResult, PlannedFetch, StreamBatch, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import type { PlannedCall, Subgraph } from '../../contract/subgraph.ts';
import { HubFault, toHubFault } from '../../faults/hub-fault.ts';

export interface ExecutableSubgraphOptions {
  readonly name: string;
  readonly kind: string;
  /** Federation 2 SDL, as it goes into composition. */
  readonly sdl: DocumentNode;
  /** Made from the same SDL, with resolvers, when it is first needed. Never handed to anybody else. */
  readonly makeSchema: () => GraphQLSchema;
  /** Whether the SDL is known to be valid by itself. */
  readonly isValid?: boolean;
  /** What resolvers get as their context; made once per fetch. */
  contextOf(scope: Scope): unknown;
}

/** What a `subscribe` of a resumable stream yields: each event becomes the root value of its own execution. */
export class EventBatch {
  readonly events: readonly { readonly event: unknown; readonly cursor: string }[];
  /** The place after them. */
  readonly cursor: string;

  constructor(events: EventBatch['events'], cursor: string) {
    this.events = events;
    this.cursor = cursor;
  }
}

/**
 * Fetches of it call nothing upstream. A HubFault that a resolver throws is passed on as it is; anything else becomes
 * HUB_INTERNAL. A subscription whose source fails yields that fault as its last result and ends.
 */
export function createExecutableSubgraph(options: ExecutableSubgraphOptions): Subgraph {
  const { sdl, isValid = false } = options;
  let made: GraphQLSchema | undefined;
  const schemaOf = (): GraphQLSchema => (made ??= options.makeSchema());
  const streams = sdl.definitions.some((one) => isTypeDefinitionNode(one) && one.name.value === 'Subscription');

  function argumentsOf(fetch: PlannedFetch, scope: Scope, variables: Variables): ExecutionArgs {
    return {
      schema: schemaOf(),
      document: fetch.document,
      operationName: fetch.operationName,
      variableValues: variables,
      contextValue: options.contextOf(scope),
    };
  }

  async function* stream(
    fetch: PlannedFetch,
    scope: Scope,
    variables: Variables,
  ): AsyncGenerator<FetchResult | StreamBatch, void> {
    try {
      const args = argumentsOf(fetch, scope, variables);
      const source = await createSourceEventStream(args);
      if (!(Symbol.asyncIterator in source)) {
        yield toFetchResult(source);
        return;
      }
      const answer = async (rootValue: unknown) => toFetchResult(await execute({ ...args, rootValue }));
      for await (const event of source) {
        if (!(event instanceof EventBatch)) yield await answer(event);
        else
          yield {
            cursor: event.cursor,
            results: await Promise.all(
              event.events.map(async (one) => ({ ...(await answer(one.event)), cursor: one.cursor })),
            ),
          };
      }
    } catch (thrown) {
      if (!scope.signal.aborted) yield { data: null, errors: [{ fault: toHubFault(thrown) }] };
    }
  }

  return {
    name: options.name,
    kind: options.kind,
    sdl,
    isValid: () => isValid,
    prepare: (fetch) => async (scope, variables) => toFetchResult(await execute(argumentsOf(fetch, scope, variables))),
    explain: (): readonly PlannedCall[] => [],
    ...(streams ? { subscribe: stream } : {}),
    close: () => Promise.resolve(),
  };
}

function toFetchResult(result: ExecutionResult): FetchResult {
  return {
    data: result.data ?? null,
    ...(result.errors === undefined ? {} : { errors: result.errors.map(toFetchError) }),
  };
}

function toFetchError(error: GraphQLError): FetchError {
  const fault = faultOf(error);
  return error.path === undefined ? { fault } : { fault, path: error.path };
}

/** The planner wrote the operation, so an error of graphql-js itself means variables that do not fit, or a bug. */
function faultOf(error: GraphQLError): HubFault {
  const { originalError } = error;
  if (originalError instanceof GraphQLError) return faultOf(originalError);
  return originalError === undefined
    ? new HubFault('HUB_INTERNAL', error.message, { cause: error })
    : toHubFault(originalError);
}
