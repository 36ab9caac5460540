// A validated operation, made ready to run: planned, compiled, with one variant for every set of denied fields.
import type { QueryPlan } from '@graphql-hive/router-query-planner';
import {
  executeSync,
  getOperationAST,
  getVariableValues,
  Kind,
  OperationTypeNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { FetchResult, Variables } from '../contract/fetch.ts';
import type { Denials, FieldPolicy } from '../contract/field-policy.ts';
import type { GraphResponse, OperationPlan, OperationSource, PreparedOperation } from '../contract/graph.ts';
import type { Scope } from '../contract/scope.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { toResponseError, type ResponseError } from '../faults/to-response-error.ts';
import { createBoundedCache } from './bounded-cache.ts';
import {
  plannedFetch,
  responseKeys,
  subgraphOf,
  takeRootResult,
  type FetchContext,
  type Step,
} from './compile-fetch.ts';
import { compilePlan, splitSubscription } from './compile-plan.ts';
import { compileProjection, type Projection } from './compile-projection.ts';
import { eventScope } from './create-scope.ts';
import { createErrorSink } from './error-sink.ts';
import { explainPlan } from './explain-plan.ts';
import type { Data } from './merge-data.ts';
import type { Run } from './run.ts';
import { splitIntrospection } from './split-introspection.ts';

export interface EngineContext extends FetchContext {
  readonly schema: GraphQLSchema;
  readonly policy: FieldPolicy | undefined;
  /** Adds inner messages to errors; never where strangers read. */
  readonly development: boolean;
  plan(operationText: string, operationName: string | undefined): QueryPlan;
  /** What admission says once the variables are known; empty where the operation may run. */
  refuse(source: OperationSource, variables: Variables): readonly ResponseError[];
}

/** One way to run the operation: all of it, or without what a caller is denied. */
interface Variant {
  readonly project: Projection;
  readonly plan: QueryPlan | undefined;
  readonly steps: Step;
  readonly introspect: (variables: Variables) => Data;
}

/** Sets of denied fields that are kept compiled for one operation. */
const VARIANTS_PER_OPERATION = 32;

export function prepareOperation(source: OperationSource, context: EngineContext): PreparedOperation {
  const operation = getOperationAST(source.document, source.operationName);
  if (!operation) throw new HubFault('HUB_REQUEST_INVALID', unknownOperation(source));
  const policy = context.policy?.compile(source.document, source.operationName);
  const whole = compileVariant(source.document, operation, undefined, source.document, context);
  const variants = createBoundedCache<Variant>(VARIANTS_PER_OPERATION);
  const kind = operation.operation;

  const variantFor = (scope: Scope, variables: Variables): Variant => {
    const denials = policy?.check(scope.principal, variables);
    if (policy === undefined || denials === undefined) return whole;
    const known = variants.get(denials.key);
    if (known !== undefined) return known;
    const made = compileVariant(source.document, operation, denials, policy.reduce(denials), context);
    variants.set(denials.key, made);
    return made;
  };

  const start = (scope: Scope, raw: Variables): { variables: Variables; variant: Variant } | GraphResponse => {
    const coerced = getVariableValues(context.schema, operation.variableDefinitions ?? [], raw, { maxErrors: 20 });
    if (coerced.errors !== undefined) return { errors: coerced.errors.map(toVariableError) };
    const refused = context.refuse(source, coerced.coerced);
    if (refused.length > 0) return { errors: refused };
    return { variables: coerced.coerced, variant: variantFor(scope, coerced.coerced) };
  };

  return {
    kind,
    async execute(scope, raw) {
      try {
        const started = start(scope, raw);
        if (!('variant' in started)) return started;
        const { variables, variant } = started;
        const run = createRun(scope, variables, context);
        Object.assign(run.data, variant.introspect(variables));
        await variant.steps(run);
        return respond(variant, run);
      } catch (thrown) {
        return { data: null, errors: [toResponseError(toHubFault(thrown), undefined, context.development)] };
      }
    },
    async *subscribe(scope, raw) {
      const started = start(scope, raw);
      if (!('variant' in started)) {
        yield started;
        return;
      }
      yield* runSubscription(started.variant, scope, started.variables, context);
    },
    explain: (): OperationPlan => explainPlan(whole.plan?.node, context),
  };
}

function compileVariant(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  denials: Denials | undefined,
  reduced: DocumentNode,
  context: EngineContext,
): Variant {
  const name = operation.name?.value;
  const reducedOperation = getOperationAST(reduced, name) ?? operation;
  const split = splitIntrospection(reducedOperation, fragmentsOf(reduced));
  const plan = split.planned === undefined ? undefined : context.plan(split.planned, name);
  const subscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
  return {
    project: compileProjection(
      rootType(context.schema, operation),
      [{ selectionSet: operation.selectionSet, condition: undefined }],
      { schema: context.schema, fragments: fragmentsOf(document), denials },
    ),
    plan,
    steps: compilePlan(
      subscription && plan?.node !== undefined ? splitSubscription(plan.node).rest : plan?.node,
      context,
    ),
    introspect: compileIntrospection(split.introspection, context.schema),
  };
}

function createRun(scope: Scope, variables: Variables, context: EngineContext): Run {
  return { scope, variables, data: {}, sink: createErrorSink(context.development) };
}

function respond(variant: Variant, run: Run): GraphResponse {
  const data = variant.project(run);
  return run.sink.errors.length === 0 ? { data } : { data, errors: run.sink.errors };
}

/** Each event is an execution of its own: the event's data first, then what the plan fetches beside it. */
async function* runSubscription(
  variant: Variant,
  scope: Scope,
  variables: Variables,
  context: EngineContext,
): AsyncGenerator<GraphResponse> {
  if (variant.plan?.node === undefined) {
    yield respond(variant, createRun(scope, variables, context));
    return;
  }
  const { primary } = splitSubscription(variant.plan.node);
  const fetch = plannedFetch({ ...primary, kind: 'Fetch' }, []);
  const subgraph = subgraphOf(context, fetch.subgraph);
  const keys = responseKeys(fetch.document);
  if (subgraph.subscribe === undefined) {
    throw new HubFault('HUB_REQUEST_INVALID', `the source "${subgraph.name}" does not stream`);
  }
  const used = Object.fromEntries(
    fetch.variableNames.flatMap((name) => (name in variables ? [[name, variables[name]]] : [])),
  );
  for await (const event of guarded(subgraph.subscribe(fetch, scope, used), scope)) {
    const run = createRun(eventScope(scope), variables, context);
    takeRootResult(event, primary, keys, context, run);
    await variant.steps(run);
    yield respond(variant, run);
  }
}

/** A stream that fails ends with one last result that says why. */
async function* guarded(events: AsyncIterable<FetchResult>, scope: Scope): AsyncGenerator<FetchResult> {
  try {
    yield* events;
  } catch (thrown) {
    if (!scope.signal.aborted) yield { data: null, errors: [{ fault: toHubFault(thrown) }] };
  }
}

function compileIntrospection(
  document: DocumentNode | undefined,
  schema: GraphQLSchema,
): (variables: Variables) => Data {
  if (document === undefined) return () => ({});
  return (variables) => ({ ...executeSync({ schema, document, variableValues: variables }).data });
}

function rootType(schema: GraphQLSchema, operation: OperationDefinitionNode): GraphQLObjectType {
  const type = schema.getRootType(operation.operation);
  if (type) return type;
  throw new HubFault('HUB_REQUEST_INVALID', `this graph has no ${operation.operation}s`);
}

const fragmentsOf = (document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> =>
  new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );

function toVariableError(error: GraphQLError) {
  const fault = new HubFault('HUB_REQUEST_INVALID', error.message);
  const locations = error.locations === undefined ? {} : { locations: error.locations };
  return { ...toResponseError(fault), ...locations, extensions: { code: 'BAD_USER_INPUT' } };
}

function unknownOperation(source: OperationSource): string {
  return source.operationName === undefined
    ? 'the document has several operations: say which one with operationName'
    : `the document has no operation called "${source.operationName}"`;
}
