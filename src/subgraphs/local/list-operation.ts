// A query against a local schema, run a list at a time, to objects or to text. Everything out of the ordinary, an error above all, is left to
// graphql-jit, which gets the same outcomes and says what GraphQL wants said. Used by the local builder.
import {
  getArgumentValues,
  getOperationAST,
  getVariableValues,
  isObjectType,
  Kind,
  OperationTypeNode,
  typeFromAST,
  type DocumentNode,
  type ExecutionResult,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type NamedTypeNode,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';
import type { Representation, Variables } from '../../contract/fetch.ts';
import type { OperationSource } from '../../contract/graph.ts';
import type { Scope } from '../../contract/scope.ts';
import { callAtRoot, type ResolverContext } from './attach-resolvers.ts';
import { EXCEPTIONAL } from './compile-leaf.ts';
import type { RunOperation } from './compile-operation.ts';
import { isMachinery } from './hub-directives.ts';
import {
  collectNodes,
  compileRecord,
  compileValue,
  setsOf,
  Unsupported,
  wait,
  type ListRun,
  type PlanContext,
  type Waiting,
  type WaitingKey,
} from './list-plan.ts';
import type { Lookup, Raw } from './lookups.ts';
import { RootOutcomes, type Outcome } from './root-outcomes.ts';
import { compileText, compileValueText, isPublished, type TextContext } from './text-plan.ts';
import { joinPieces, runText, toPiece, type Piece } from './text-run.ts';

/** One root field: what it resolves to, and how that is completed. */
interface RootField {
  readonly key: string;
  readonly resolve: (scope: Scope, variables: Variables) => unknown;
  /** Throws EXCEPTIONAL, or rejects with it. */
  readonly complete: (value: unknown, scope: Scope) => unknown;
}

/** Undefined where the operation is beyond it. @param otherwise runs it in all other cases */
export function compileListOperation(
  context: ResolverContext,
  document: DocumentNode,
  otherwise: RunOperation,
): RunOperation | undefined {
  return attempt(() => {
    const plan = { ...context, fragments: fragmentsOf(document) };
    const finish = (roots: readonly RootField[], values: readonly unknown[]) => {
      const data: Record<string, unknown> = {};
      roots.forEach(({ key }, i) => (data[key] = values[i]));
      return { data };
    };
    return compile(queryOf(document, undefined), plan, otherwise, finish, (query, key, nodes) => {
      const [node] = nodes;
      const name = node.name.value;
      if (name === '__typename') return { key, resolve: () => query.name, complete: (value) => value };
      if (name === '_entities') return compileEntities(key, node, nodes, plan);
      const field = rootField(query, name);
      const complete = inLists(compileValue(field.type, setsOf(nodes), plan));
      return { key, resolve: compileResolve(field, node), complete };
    });
  });
}

/**
 * The same for a client's operation that this source answers alone: resolves with the data as JSON text where nothing is
 * out of the ordinary. @param published the schema that the client knows
 */
export function compileTextOperation(
  context: ResolverContext,
  published: GraphQLSchema,
  { document, operationName }: OperationSource,
  otherwise: RunOperation,
): ((...args: Parameters<RunOperation>) => Promise<ExecutionResult | Uint8Array>) | undefined {
  return attempt(() => {
    const plan: TextContext = { ...context, fragments: fragmentsOf(document), published };
    const root = context.schema.getQueryType()?.name ?? '';
    // Composition calls it "Query", whatever the source does.
    if (published.getQueryType()?.name !== root) throw new Unsupported();
    const finish = (_roots: readonly RootField[], values: readonly unknown[]) => joinPieces(values as readonly Piece[]);
    return compile(queryOf(document, operationName), plan, otherwise, finish, (query, key, nodes) => {
      const [node] = nodes;
      const name = node.name.value;
      const before = `${JSON.stringify(key)}:`;
      if (name === '__typename') {
        const typename = toPiece(before + JSON.stringify(root));
        return { key, resolve: () => typename, complete: (value) => value };
      }
      const field = rootField(query, name);
      if (!isPublished(root, name, field.type, plan)) throw new Unsupported();
      const model = context.models.get(query.name)?.get(name);
      if (model?.kind === 'expression') {
        return { key, resolve: compileResolve(field, node), complete: compileValueText(field.type, plan, before) };
      }
      if (model?.kind !== 'call' || model.prepared.answersJson !== true) throw new Unsupported();
      const text = compileText(field.type, setsOf(nodes), plan, before);
      const resolve = callAtRoot(field, model, context, true);
      return {
        key,
        resolve: compileResolve({ ...field, resolve }, node),
        complete: (value, scope) => runText(text, value, scope),
      };
    });
  });
}

function attempt<T>(compileIt: () => T): T | undefined {
  try {
    return compileIt();
  } catch (thrown) {
    if (thrown instanceof Unsupported) return undefined;
    throw thrown;
  }
}

function queryOf(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== OperationTypeNode.QUERY) throw new Unsupported();
  return operation;
}

function rootField(query: GraphQLObjectType, name: string): GraphQLField<unknown, unknown> {
  const field = query.getFields()[name];
  if (field === undefined || isMachinery(name)) throw new Unsupported();
  return field;
}

function compile<T>(
  operation: OperationDefinitionNode,
  context: PlanContext,
  otherwise: RunOperation,
  finish: (roots: readonly RootField[], values: readonly unknown[]) => T,
  compileRoot: (query: GraphQLObjectType, key: string, nodes: readonly [FieldNode, ...FieldNode[]]) => RootField,
): (...args: Parameters<RunOperation>) => Promise<ExecutionResult | T> {
  const query = context.schema.getQueryType();
  if (!query) throw new Unsupported();
  // Representations are the engine's own: they need no coercion.
  const definitions = (operation.variableDefinitions ?? []).filter((one) => !isRepresentations(one));
  if (definitions.some(({ type }) => typeFromAST(context.schema, type as NamedTypeNode) === undefined))
    throw new Unsupported();
  const roots = [...collectNodes(query, [operation.selectionSet], context)].map(([key, nodes]) =>
    compileRoot(query, key, nodes),
  );

  return async (scope, raw) => {
    const outcomes = new Map<string, Outcome>();
    const coerced = definitions.length === 0 ? undefined : getVariableValues(context.schema, definitions, raw);
    if (coerced?.errors !== undefined) return otherwise(scope, raw);
    const variables = coerced === undefined ? raw : { ...raw, ...coerced.coerced };
    // None waits for another, and all are waited for: what is run once more must not run beside them.
    const values = await Promise.all(roots.map((root) => runRoot(root, scope, variables, outcomes)));
    if (values.includes(EXCEPTIONAL)) return otherwise(scope, raw, new RootOutcomes(outcomes));
    return finish(roots, values);
  };
}

/** EXCEPTIONAL where anything fails. The outcome of the field itself is kept, so that nothing is asked twice. */
async function runRoot(
  { key, resolve, complete }: RootField,
  scope: Scope,
  variables: Variables,
  outcomes: Map<string, Outcome>,
): Promise<unknown> {
  let value: unknown;
  try {
    value = await resolve(scope, variables);
    outcomes.set(key, { value });
  } catch (error) {
    if (error !== EXCEPTIONAL) outcomes.set(key, { error });
    return EXCEPTIONAL;
  }
  try {
    return await complete(value, scope);
  } catch (thrown) {
    if (thrown === EXCEPTIONAL) return EXCEPTIONAL;
    throw thrown;
  }
}

/** To objects. */
function inLists(complete: (value: unknown, run: ListRun) => unknown): RootField['complete'] {
  return async (value, scope) => {
    const run: ListRun = { waiting: new Map() };
    const completed = complete(value, run);
    while (run.waiting.size > 0) await loadWaiting(run, scope);
    return completed;
  };
}

function compileResolve(field: GraphQLField<unknown, unknown>, node: FieldNode): RootField['resolve'] {
  const { resolve } = field;
  if (resolve === undefined) throw new Unsupported();
  const usesVariables = JSON.stringify(node.arguments ?? []).includes(`"${Kind.VARIABLE}"`);
  const argumentsOf = (variables: Variables, otherwise: Error): Record<string, unknown> => {
    try {
      return getArgumentValues(field, node, variables);
    } catch {
      throw otherwise;
    }
  };
  const fixed = usesVariables ? undefined : argumentsOf({}, new Unsupported());
  // The resolvers of root fields read nothing of the info: see attach-resolvers.ts.
  return (scope, variables) =>
    resolve({}, fixed ?? argumentsOf(variables, EXCEPTIONAL), scope, {} as GraphQLResolveInfo);
}

interface EntityPlan {
  readonly complete: (record: Raw | null, run: ListRun) => unknown;
  readonly lookupFor: (stub: Raw) => Lookup | undefined;
  readonly toStub: (representation: Representation) => Raw;
}

function compileEntities(key: string, node: FieldNode, nodes: readonly FieldNode[], context: PlanContext): RootField {
  const value = node.arguments?.find((one) => one.name.value === 'representations')?.value;
  if (value?.kind !== Kind.VARIABLE) throw new Unsupported();
  const variable = value.name.value;
  const plans = new Map<string, EntityPlan>();
  const sets = nodes.flatMap((one) => one.selectionSet ?? []);
  for (const name of context.entities.keys()) {
    const type = context.schema.getType(name);
    if (!isObjectType(type)) continue;
    const record = compileRecord(type, sets, context);
    plans.set(name, {
      complete: (found, run) => (found === null ? null : record(found, run)),
      lookupFor: (stub) =>
        context.stubs.lookupFor(type, new Set(Object.keys(stub)), { fieldNodes: nodes, fragments: context.fragments }),
      toStub: (representation) => context.stubs.fromRepresentation(representation, type),
    });
  }
  return {
    key,
    resolve: (_scope, variables) => variables[variable],
    complete: inLists((all, run) => completeEntities(all as readonly Representation[], plans, run)),
  };
}

function completeEntities(
  representations: readonly Representation[],
  plans: ReadonlyMap<string, EntityPlan>,
  run: ListRun,
): unknown[] {
  const entities: unknown[] = [];
  const slots = entities as unknown as Record<number, unknown>;
  representations.forEach((representation, i) => {
    const plan = plans.get(representation.__typename);
    if (plan === undefined) {
      entities[i] = null;
      return;
    }
    const stub = plan.toStub(representation);
    const lookup = plan.lookupFor(stub);
    if (lookup === undefined) {
      entities[i] = plan.complete(stub, run);
      return;
    }
    const extra = Object.keys(stub).some((raw) => raw !== '__typename' && !lookup.rawKeys.includes(raw));
    const key = lookup.rawKeys.map((raw) => stub[raw]);
    wait(run, plan, lookup, plan.complete, key, { holder: slots, slot: i, beside: extra ? stub : undefined });
  });
  return entities;
}

/** Loads what the run waits for, each key once, and completes it; that may leave more to wait for. */
async function loadWaiting(run: ListRun, scope: Scope): Promise<void> {
  const groups = [...run.waiting.values()];
  run.waiting.clear();
  const loads = groups.flatMap(({ lookup, keys }) => Array.from(keys.values(), ({ key }) => lookup.load(scope, key)));
  const records = await Promise.all(loads).catch(() => Promise.reject(EXCEPTIONAL));
  let at = 0;
  for (const { complete, keys } of groups) {
    for (const { slots } of keys.values()) {
      fill(slots, records[at] ?? null, complete, run);
      at += 1;
    }
  }
}

/** What is the same at the same place of the operation is one object. */
function fill(slots: WaitingKey['slots'], record: Raw | null, complete: Waiting['complete'], run: ListRun): void {
  let completed: unknown;
  for (const { holder, slot, beside } of slots) {
    if (beside !== undefined && record !== null) holder[slot] = complete({ ...beside, ...record }, run);
    else holder[slot] = completed ??= complete(record, run);
  }
}

const isRepresentations = ({ type }: VariableDefinitionNode): boolean =>
  JSON.stringify(type).includes('"value":"_Any"');

const fragmentsOf = (document: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> =>
  Object.fromEntries(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
