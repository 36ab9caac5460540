// The common builder of in-process subgraphs: annotated SDL and connectors in, a Subgraph out.
import {
  getNamedType,
  GraphQLError,
  validateSchema,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import type { Connector } from '../../contract/connector.ts';
import type { FetchError, FetchResult, PlannedFetch, PreparedFetch, PreparedText } from '../../contract/fetch.ts';
import type { OperationSource } from '../../contract/graph.ts';
import type { Subgraph } from '../../contract/subgraph.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { factsOf } from '../../sdl/deferred-node.ts';
import { attachResolvers, attachResolversLater, type ResolverContext } from './attach-resolvers.ts';
import { compileOperation, isAboutValue, type RunOperation } from './compile-operation.ts';
import { explainCalls } from './explain-calls.ts';
import { toFederationSdl } from './federation-sdl.ts';
import { compileListOperation, compileTextOperation } from './list-operation.ts';
import { directiveArgs } from './hub-directives.ts';
import { buildLocalSchema, invalidSdl, type LocalSchema } from './local-schema.ts';
import { createLookup, type Lookup } from './lookups.ts';
import type { KnownTypes } from './resolve-type.ts';
import { readSourceEvents } from './source-events.ts';
import { createStubs } from './stubs.ts';
import { assertWritten, readTypeModels, type TypeModels } from './type-model.ts';

export interface LocalSubgraphOptions {
  readonly name: string;
  readonly kind: string;
  /** Imported and hand-written SDL, merged; carries the hub's directives and no federation `@link`. */
  readonly sdl: DocumentNode;
  readonly connectors: readonly Connector[];
  readonly settings: {
    readonly maxKeysPerBatch: number;
    /** Whether the records that a request waits for are looked up together, each once. Default true. */
    readonly shareLookups?: boolean;
  };
}

/** A subgraph that knows what about it will hurt. */
export interface LocalSubgraph extends Subgraph {
  /** For `manifold check`: entities that can only be looked up one at a time. */
  readonly warnings: readonly string[];
}

/** Throws HUB_COMPOSE_SDL with file and line where the SDL cannot work. */
export function createLocalSubgraph(options: LocalSubgraphOptions): LocalSubgraph {
  const { name, kind, connectors, settings } = options;
  const local = buildLocalSchema(name, options.sdl);
  const models = readTypeModels(name, local, connectors);
  const lookups = new Map<string, Lookup[]>();
  const known: KnownTypes = new WeakMap();
  const stubs = createStubs(local.schema, models, lookups, known);
  const context: ResolverContext = {
    source: name,
    schema: local.schema,
    models,
    entities: local.entities,
    lookups,
    stubs,
    known,
  };
  if (local.whenMade !== undefined) {
    attachResolversLater(context, local.whenMade);
    assertWritten(name, options.sdl, models);
  }
  readLookups(options, local, models, lookups);
  if (local.whenMade === undefined) attachResolvers(context);
  return {
    name,
    kind,
    // To say more than that, all of a deferred schema would have to be read.
    isValid: () => local.whenMade === undefined && validateSchema(local.schema).length === 0,
    sdl: toFederationSdl(options.sdl, (type, fields) => isResolvable(type, fields, models, lookups)),
    warnings: findOneByOne(name, lookups),
    events: readSourceEvents(options.sdl, context),
    prepare: (fetch) => prepareFetch(context, fetch),
    prepareText: (fetch, asked, published) => prepareText(context, fetch, asked, published),
    explain: (fetch) => explainCalls(fetch.document, context, settings.maxKeysPerBatch),
    close: async () => {
      await Promise.all(connectors.map((connector) => connector.close()));
    },
  };
}

function readLookups(
  options: LocalSubgraphOptions,
  local: LocalSchema,
  models: TypeModels,
  lookups: Map<string, Lookup[]>,
): void {
  const problems: GraphQLError[] = [];
  const query = local.schema.getQueryType();
  for (const field of lookupFields(query)) {
    const model = models.get(query?.name ?? '')?.get(field.name);
    if (model?.kind !== 'call' || !model.lookup) continue;
    const { name } = getNamedType(field.type);
    const keys = local.entities.get(name) ?? [];
    const lookup = createLookup({
      source: options.name,
      field,
      keys,
      prepared: model.prepared,
      maxKeysPerBatch: options.settings.maxKeysPerBatch,
      shared: options.settings.shareLookups ?? true,
    });
    if (lookup === undefined) {
      const has =
        keys.length === 0
          ? `${name} has no @key`
          : `its keys are ${keys.map((key) => `"${key.join(' ')}"`).join(', ')}`;
      problems.push(
        new GraphQLError(`Query.${field.name}: @lookup cannot tell which arguments are the key of ${name}: ${has}`, {
          nodes: field.astNode ?? null,
        }),
      );
    } else lookups.set(name, [...(lookups.get(name) ?? []), lookup]);
  }
  if (problems.length > 0) throw invalidSdl(options.name, problems);
  // A batch serves one key as well as many, so it is preferred.
  for (const all of lookups.values()) all.sort((a, b) => Number(b.batch) - Number(a.batch));
}

function lookupFields(query: GraphQLObjectType | null | undefined): readonly GraphQLField<unknown, unknown>[] {
  const fields = query?.getFields() ?? {};
  return [query?.astNode, ...(query?.extensionASTNodes ?? [])]
    .flatMap((node) => node?.fields ?? [])
    .filter((node) => factsOf(node)?.directives.has('lookup') ?? directiveArgs(node, 'lookup') !== undefined)
    .flatMap(({ name }) => fields[name.value] ?? []);
}

/** Whether this source can answer for the entity by this key: by a lookup, or because it has nothing to look up. */
function isResolvable(
  typeName: string,
  fields: string,
  models: TypeModels,
  lookups: ReadonlyMap<string, readonly Lookup[]>,
): boolean {
  const key = fields.trim().split(/[\s,]+/);
  if ((lookups.get(typeName) ?? []).some((lookup) => lookup.keyFields.every((name) => key.includes(name)))) return true;
  return [...(models.get(typeName) ?? [])].every(
    ([name, model]) =>
      key.includes(name) ||
      (model.kind === 'property' ? model.external : model.kind !== 'expression' && model.kind !== 'rest'),
  );
}

function findOneByOne(source: string, lookups: ReadonlyMap<string, readonly Lookup[]>): readonly string[] {
  return [...lookups].flatMap(([type, all]) =>
    all.some((lookup) => lookup.batch || lookup.prepared.merges)
      ? []
      : [
          `${source}: ${type} can only be looked up one at a time (${all[0]?.prepared.operation ?? ''}): N of them are N calls. ` +
            `If the source has an operation for many keys, mark its field with @lookup.`,
        ],
  );
}

function prepareFetch(context: ResolverContext, fetch: PlannedFetch): PreparedFetch {
  const exact = exactly(context, fetch);
  const run = compileListOperation(context, fetch.document, exact) ?? exact;
  return async (scope, variables) => toFetchResult(await run(scope, variables), context.source);
}

function prepareText(
  context: ResolverContext,
  fetch: PlannedFetch,
  asked: OperationSource,
  published: GraphQLSchema,
): PreparedText | undefined {
  const run = compileTextOperation(context, published, asked, exactly(context, fetch));
  if (run === undefined) return undefined;
  return async (scope, variables) => {
    const result = await run(scope, variables);
    return result instanceof Uint8Array ? result : toFetchResult(result, context.source);
  };
}

/** The fetch as graphql-jit runs it, compiled when it is first run. */
function exactly({ schema }: ResolverContext, fetch: PlannedFetch): RunOperation {
  let compiled: RunOperation | undefined;
  return (...args) => (compiled ??= compileOperation(schema, fetch.document, fetch.operationName))(...args);
}

function toFetchResult(result: ExecutionResult, source: string): FetchResult {
  const data = result.data ?? null;
  return result.errors === undefined
    ? { data }
    : { data, errors: result.errors.map((error) => toFetchError(error, source)) };
}

/** What is no HubFault is graphql's own complaint about a value: the upstream sent what its description rules out. */
function toFetchError(error: GraphQLError, source: string): FetchError {
  const original = error.originalError;
  // Without a path it is about a variable: a scalar of the source does not take the value (GraphQL, section 7.1.3).
  const code = error.path === undefined || isAboutValue(error) ? 'HUB_REQUEST_INVALID' : 'HUB_UPSTREAM_MALFORMED';
  const fault =
    original instanceof HubFault
      ? original.with({ source })
      : new HubFault(code, `source "${source}": ${error.message}`, { details: { source }, cause: error });
  return error.path === undefined ? { fault } : { fault, path: error.path };
}
