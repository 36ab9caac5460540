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
import type { FetchResult, StreamBatch, Variables } from '../contract/fetch.ts';
import type { Denials, FieldPolicy } from '../contract/field-policy.ts';
import type {
  GraphResponse,
  OperationPlan,
  OperationSource,
  PreparedOperation,
  StreamedResponse,
} from '../contract/graph.ts';
import type { Scope } from '../contract/scope.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { toResponseError, type ResponseError } from '../faults/to-response-error.ts';
import { createBoundedCache } from './bounded-cache.ts';
import { conditionVariables, decideConditions } from './conditions.ts';
import {
  compileTextFetch,
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
import { createErrorSink, type ErrorSink } from './error-sink.ts';
import { explainPlan } from './explain-plan.ts';
import { entityKeys } from './entity-keys.ts';
import { createFetchRecorder } from './fetch-recorder.ts';
import type { Data } from './merge-data.ts';
import { describeResponse } from './response-extensions.ts';
import type { Run } from './run.ts';
import { splitIntrospection } from './split-introspection.ts';

export interface EngineContext extends FetchContext {
  readonly schema: GraphQLSchema;
  readonly policy: FieldPolicy | undefined;
  /** Adds inner messages to errors; never where strangers read. */
  readonly development: boolean;
  plan(operationText: string, operationName: string | undefined, course?: number): QueryPlan;
  /** Draws the course of one request; undefined where there is only one. */
  readonly draw: (() => number) | undefined;
  /** Told what fails inside the hub, with its cause: callers only read that something did. */
  readonly onInternal: ((fault: HubFault, scope: Scope) => void) | undefined;
  /** What admission says once the variables are known; empty where the operation may run. */
  refuse(source: OperationSource, variables: Variables): readonly ResponseError[];
}

/** One way to run the operation: its conditions decided, without what a caller is denied. */
interface Variant {
  readonly project: Projection;
  readonly plan: QueryPlan | undefined;
  readonly steps: Step;
  /** The same to text; undefined where the answer has to be put together here. Compiled when it is first asked for. */
  readonly writeText: () => ((run: Run) => Promise<Uint8Array | undefined>) | undefined;
  readonly introspect: (variables: Variables) => Data;
  /** Response keys of `_entities`, where the hub is a subgraph. */
  readonly entityKeys: ReadonlySet<string>;
}

/** Ways to run one operation (conditions decided, fields denied) that are kept compiled. */
const VARIANTS_PER_OPERATION = 32;

export function prepareOperation(source: OperationSource, context: EngineContext): PreparedOperation {
  const operation = getOperationAST(source.document, source.operationName);
  if (!operation) throw new HubFault('HUB_REQUEST_INVALID', unknownOperation(source));
  const policy = context.policy?.compile(source.document, source.operationName);
  const conditions = conditionVariables(source.document);
  const variants = createBoundedCache<Variant>(VARIANTS_PER_OPERATION);
  const kind = operation.operation;

  const variantFor = (denials: Denials | undefined, variables: Variables, course = 0): Variant => {
    const decided = conditions.map((name) => (variables[name] === true ? '1' : '0')).join('');
    const key = `${course} ${decided} ${denials?.key ?? ''}`;
    const known = variants.get(key);
    if (known !== undefined) return known;
    const reduced = policy === undefined || denials === undefined ? source.document : policy.reduce(denials);
    const decide = (document: DocumentNode) => (decided === '' ? document : decideConditions(document, variables));
    const made = compileVariant(decide(source.document), decide(reduced), source, denials, course, context);
    variants.set(key, made);
    return made;
  };
  // What can be planned now is planned now, so that an operation that no source can answer fails here.
  if (conditions.length === 0) variantFor(undefined, {});

  const start = (scope: Scope, raw: Variables): { variables: Variables; variant: Variant } | GraphResponse => {
    const coerced = getVariableValues(context.schema, operation.variableDefinitions ?? [], raw, { maxErrors: 20 });
    if (coerced.errors !== undefined) return { errors: coerced.errors.map(toVariableError) };
    const refused = context.refuse(source, coerced.coerced);
    if (refused.length > 0) return { errors: refused };
    const denials = policy?.check(scope.principal, coerced.coerced);
    return { variables: coerced.coerced, variant: variantFor(denials, coerced.coerced, context.draw?.()) };
  };

  return {
    kind,
    async execute(scope, raw, form) {
      try {
        const started = start(scope, raw);
        if (!('variant' in started)) return started;
        const { variables, variant } = started;
        const run = createRun(scope, variables, context, variant.entityKeys.size > 0);
        const write = form === 'text' && scope.extensions.size === 0 ? variant.writeText() : undefined;
        if (write !== undefined) {
          const text = await write(run);
          return text === undefined ? respond(variant, run, context) : { text };
        }
        Object.assign(run.data, variant.introspect(variables));
        await variant.steps(run);
        dropUnknown(run, variant.entityKeys);
        return respond(variant, run, context);
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
    explain: (): OperationPlan => explainPlan(planOf(source.document, operation, context).plan?.node, context),
  };
}

function compileVariant(
  document: DocumentNode,
  reduced: DocumentNode,
  { operationName }: OperationSource,
  denials: Denials | undefined,
  course: number,
  context: EngineContext,
): Variant {
  const operation = operationOf(document, operationName);
  const { plan, introspection } = planOf(reduced, operationOf(reduced, operationName), context, course);
  const subscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
  const whole = denials === undefined && introspection === undefined;
  let writeText: { readonly compiled: ReturnType<Variant['writeText']> } | undefined;
  return {
    writeText: () =>
      (writeText ??= {
        compiled: whole ? compileTextFetch(plan?.node, { document, text: '', operationName }, context) : undefined,
      }).compiled,
    project: compileProjection(rootType(context.schema, operation), [operation.selectionSet], {
      schema: context.schema,
      fragments: fragmentsOf(document),
      denials,
    }),
    plan,
    steps: compilePlan(
      subscription && plan?.node !== undefined ? splitSubscription(plan.node).rest : plan?.node,
      context,
    ),
    introspect: compileIntrospection(introspection, context.schema),
    entityKeys: subscription ? new Set() : entityKeys(document, operationName),
  };
}

function planOf(document: DocumentNode, operation: OperationDefinitionNode, context: EngineContext, course = 0) {
  const { planned, introspection } = splitIntrospection(operation, fragmentsOf(document));
  const plan = planned === undefined ? undefined : context.plan(planned, operation.name?.value, course);
  return { plan, introspection };
}

function operationOf(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation) return operation;
  throw new HubFault('HUB_INTERNAL', 'an operation lost itself while it was prepared');
}

function createRun(scope: Scope, variables: Variables, context: EngineContext, asSubgraph = false): Run {
  const recorder = scope.extensions.has('plan') ? createFetchRecorder() : undefined;
  const known = asSubgraph ? new Map<Data, boolean>() : undefined;
  return { scope, variables, data: {}, sink: createSink(scope, context), recorder, known };
}

function createSink(scope: Scope, { development, onInternal }: EngineContext): ErrorSink {
  return createErrorSink(development, onInternal === undefined ? undefined : (fault) => onInternal(fault, scope));
}

/** To another gateway, an entity that no source knows is null: not an entity whose fields are. */
function dropUnknown({ data, known }: Run, keys: ReadonlySet<string>): void {
  for (const key of keys) {
    const entities = data[key];
    if (Array.isArray(entities))
      data[key] = entities.map((entity: unknown) => (known?.get(entity as Data) === false ? null : entity));
  }
}

function respond(variant: Variant, run: Run, context: EngineContext): GraphResponse {
  const data = variant.project(run);
  const errors = run.sink.errors.filter((error) => isAnswered(data, error.path ?? []));
  const extensions = describeResponse(run.scope, () =>
    explainPlan(variant.plan?.node, { ...context, recorder: run.recorder }),
  );
  return {
    data,
    ...(errors.length === 0 ? {} : { errors }),
    ...(extensions === undefined ? {} : { extensions: { ...extensions } }),
  };
}

/** Whether the path is of the answer: a plan may fetch, and fail at, what the client skipped or never asked for. */
function isAnswered(data: unknown, path: readonly (string | number)[]): boolean {
  let value: unknown = data;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return true;
    if (!Object.hasOwn(value, step)) return false;
    value = (value as Record<string | number, unknown>)[step];
  }
  return true;
}

/** Each event is an execution of its own: the event's data first, then what the plan fetches beside it. */
async function* runSubscription(
  variant: Variant,
  scope: Scope,
  variables: Variables,
  context: EngineContext,
): AsyncGenerator<StreamedResponse> {
  if (variant.plan?.node === undefined) {
    yield respond(variant, createRun(scope, variables, context), context);
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
  const answer = async (event: FetchResult, { loaders }: Scope): Promise<StreamedResponse> => {
    const run = createRun(eventScope(scope, loaders), variables, context);
    takeRootResult(event, primary, keys, context, run);
    await variant.steps(run);
    const response = respond(variant, run, context);
    return event.cursor === undefined ? response : { ...response, cursor: event.cursor };
  };
  for await (const item of guarded(subgraph.subscribe(fetch, scope, used), scope)) {
    const together = eventScope(scope);
    const results = 'results' in item ? item.results : [item];
    yield* await Promise.all(results.map((event) => answer(event, together)));
    const isTold = !('results' in item) || item.results.at(-1)?.cursor === item.cursor;
    if (!isTold && scope.tellPlaces === true) yield { cursor: item.cursor };
  }
}

/** A stream that fails ends with one last result that says why. */
async function* guarded(
  events: AsyncIterable<FetchResult | StreamBatch>,
  scope: Scope,
): AsyncGenerator<FetchResult | StreamBatch> {
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
