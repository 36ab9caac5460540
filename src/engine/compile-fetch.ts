// One planned fetch, compiled: call the subgraph, put its data into the tree and its errors at their paths.
import type {
  BatchFetchNode,
  EntityBatchAlias,
  FetchNode,
  FlattenNodePathSegment,
  PlanNode,
} from '@graphql-hive/router-query-planner';
import { Kind, parse, type DocumentNode, type GraphQLSchema, type SelectionSetNode } from 'graphql';
import type {
  FetchError,
  FetchResult,
  PlannedFetch,
  PreparedFetch,
  Representation,
  Variables,
} from '../contract/fetch.ts';
import type { OperationSource } from '../contract/graph.ts';
import type { Subgraph } from '../contract/subgraph.ts';
import { HubFault, toHubFault } from '../faults/hub-fault.ts';
import { applyRewrite, compileRepresentation, visitEntities, type TypeTest } from './entities.ts';
import type { Path } from './error-sink.ts';
import { isData, mergeData, type Data } from './merge-data.ts';
import type { Run } from './run.ts';
import { waitForFetch } from './wait-for-fetch.ts';

/** A step never rejects: what goes wrong lands in the run's error sink. */
export type Step = (run: Run) => Promise<void>;

export interface FetchContext {
  readonly subgraphs: ReadonlyMap<string, Subgraph>;
  readonly test: TypeTest;
  /** Whether later fetches of the plan wait for this one; by default none does. */
  readonly awaited?: boolean;
}

export function plannedFetch(
  node: FetchNode | BatchFetchNode,
  representationVariables: readonly string[],
): PlannedFetch {
  return {
    subgraph: node.serviceName,
    kind: node.operationKind ?? 'query',
    text: node.operation,
    document: parse(node.operation, { noLocation: true }),
    ...(node.operationName === undefined ? {} : { operationName: node.operationName }),
    variableNames: node.variableUsages ?? [],
    representationVariables,
  };
}

export function subgraphOf(context: FetchContext, name: string): Subgraph {
  const subgraph = context.subgraphs.get(name);
  if (subgraph === undefined) throw new HubFault('HUB_INTERNAL', `the plan names an unknown subgraph "${name}"`);
  return subgraph;
}

export function compileRootFetch(node: FetchNode, context: FetchContext): Step {
  const fetch = plannedFetch(node, []);
  const subgraph = subgraphOf(context, node.serviceName);
  const prepared = subgraph.prepare(fetch);
  const keys = responseKeys(fetch.document);
  // Mutations are run one after the other: the next must not begin while one may still be at work.
  const awaited = context.awaited === true && fetch.kind === 'query';
  return async (run) => {
    const result = await runFetch(prepared, node, run, pickVariables(fetch, run), awaited);
    takeRootResult(result, node, keys, context, run);
  };
}

/**
 * A fetch that is the whole operation, by a subgraph that can write the answer: resolves with it, or with undefined after it
 * has done what the step does. Undefined where there is no such subgraph.
 */
export function compileTextFetch(
  node: PlanNode | null | undefined,
  asked: OperationSource,
  context: FetchContext & { readonly schema: GraphQLSchema },
): ((run: Run) => Promise<Uint8Array | undefined>) | undefined {
  if (node?.kind !== 'Fetch') return undefined;
  const fetch = plannedFetch(node, []);
  const prepared = subgraphOf(context, node.serviceName).prepareText?.(fetch, asked, context.schema);
  if (prepared === undefined) return undefined;
  const keys = responseKeys(fetch.document);
  return async (run) => {
    const result = await runFetch(prepared, node, run, run.variables, false);
    if (result instanceof Uint8Array) return result;
    takeRootResult(result, node, keys, context, run);
    return undefined;
  };
}

/** Puts the result of a root fetch, or of one event of a subscription, into the tree. */
export function takeRootResult(
  result: FetchResult,
  node: FetchNode,
  keys: readonly string[],
  context: FetchContext,
  run: Run,
): void {
  if (isData(result.data)) {
    for (const rewrite of node.outputRewrites ?? []) applyRewrite(result.data, rewrite, context.test);
    mergeData(run.data, result.data);
  }
  for (const error of reportedErrors(result, node.serviceName)) {
    if (error.path === undefined || error.path.length === 0)
      for (const key of keys) run.sink.addFetchError(error, [key]);
    else run.sink.addFetchError(error, error.path);
  }
}

interface EntityGroup {
  readonly dataKey: string;
  readonly variable: string;
  readonly paths: readonly (readonly FlattenNodePathSegment[])[];
  readonly represent: (entity: Data) => Representation | undefined;
  readonly outputRewrites: EntityBatchAlias['outputRewrites'];
  /** Response keys of the fetch's fields, by type condition: where a failed fetch leaves its errors. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
}

/** A `Fetch` under a `Flatten`: representations of the entities at one path. */
export function compileEntityFetch(
  node: FetchNode,
  path: readonly FlattenNodePathSegment[],
  context: FetchContext,
): Step {
  const alias: EntityBatchAlias = {
    alias: '_entities',
    representationsVariableName: 'representations',
    paths: [[...path]],
    requires: node.requires ?? [],
    ...(node.inputRewrites === undefined ? {} : { inputRewrites: node.inputRewrites }),
    ...(node.outputRewrites === undefined ? {} : { outputRewrites: node.outputRewrites }),
  };
  return compileEntities(node, [alias], context);
}

/** A `BatchFetch`: several aliased `_entities` fields in one document. */
export function compileBatchFetch(node: BatchFetchNode, context: FetchContext): Step {
  return compileEntities(node, node.entityBatch.aliases, context);
}

function compileEntities(
  node: FetchNode | BatchFetchNode,
  aliases: readonly EntityBatchAlias[],
  context: FetchContext,
): Step {
  const fetch = plannedFetch(
    node,
    aliases.map((alias) => alias.representationsVariableName),
  );
  const subgraph = subgraphOf(context, node.serviceName);
  const prepared = subgraph.prepare(fetch);
  const groups = aliases.map((alias): EntityGroup => ({
    dataKey: alias.alias,
    variable: alias.representationsVariableName,
    paths: alias.paths,
    represent: compileRepresentation(alias.requires, alias.inputRewrites, context.test),
    outputRewrites: alias.outputRewrites,
    keys: entityKeys(fetch.document, alias.alias),
  }));
  return async (run) => {
    const gathered = groups.map((group) => gather(group, run, context.test));
    if (gathered.every((one) => one.representations.length === 0)) return;
    const variables = pickVariables(fetch, run);
    groups.forEach((group, i) => (variables[group.variable] = gathered[i]?.representations ?? []));
    const result = await runFetch(prepared, node, run, variables, context.awaited === true, gathered);
    groups.forEach((group, i) => {
      const found = gathered[i];
      if (found !== undefined) takeEntities(group, found, result, subgraph.name, context.test, run);
    });
  };
}

interface Gathered {
  /** Unique; in order of first appearance. */
  readonly representations: readonly Representation[];
  /** For each representation the objects in the tree that it stands for. */
  readonly targets: readonly (readonly Data[])[];
}

function gather(group: EntityGroup, run: Run, test: TypeTest): Gathered {
  const representations: Representation[] = [];
  const targets: Data[][] = [];
  const known = new Map<string, Data[]>();
  const seen = new Set<Data>();
  const visit = (entity: Data): void => {
    if (seen.has(entity)) return;
    seen.add(entity);
    const representation = group.represent(entity);
    if (representation === undefined) return;
    const key = JSON.stringify(representation);
    const same = known.get(key);
    if (same !== undefined) {
      same.push(entity);
      return;
    }
    const fresh = [entity];
    known.set(key, fresh);
    representations.push(representation);
    targets.push(fresh);
  };
  for (const path of group.paths) visitEntities(run.data, path, test, visit);
  return { representations, targets };
}

function takeEntities(
  group: EntityGroup,
  found: Gathered,
  result: FetchResult,
  source: string,
  test: TypeTest,
  run: Run,
): void {
  if (found.representations.length === 0) return;
  const own = reportedErrors(result, source).filter(
    (error) => error.path === undefined || error.path[0] === group.dataKey,
  );
  const entities = result.data?.[group.dataKey];
  if (Array.isArray(entities) && entities.length === found.representations.length) {
    entities.forEach((entity: unknown, i) => {
      if (run.known !== undefined) noteKnown(run.known, entity, found.targets[i] ?? [], hasError(own, i));
      if (!isData(entity)) return;
      for (const rewrite of group.outputRewrites ?? []) applyRewrite(entity, rewrite, test);
      for (const target of found.targets[i] ?? []) mergeData(target, entity);
    });
  } else if (own.length === 0) {
    const count = Array.isArray(entities) ? String(entities.length) : 'no';
    const message = `source "${source}" answered ${count} entities for ${found.representations.length} representations`;
    own.push({ fault: new HubFault('HUB_UPSTREAM_MALFORMED', message, { details: { source } }) });
  }
  if (own.length > 0) placeErrors(group, found, own, test, run);
}

const hasError = (errors: readonly FetchError[], i: number): boolean =>
  errors.some(({ path }) => path?.[1] === undefined || path[1] === i);

function noteKnown(known: Map<Data, boolean>, entity: unknown, targets: readonly Data[], failed: boolean): void {
  for (const target of targets) {
    if (isData(entity)) known.set(target, true);
    else if (!failed && !known.has(target)) known.set(target, false);
  }
}

/** Moves errors from `_entities.3.stock` to every place in the tree that representation 3 stands for. */
function placeErrors(
  group: EntityGroup,
  found: Gathered,
  errors: readonly FetchError[],
  test: TypeTest,
  run: Run,
): void {
  const paths = new Map<Data, Path[]>();
  for (const route of group.paths) {
    visitEntities(run.data, route, test, (entity, path) => {
      const known = paths.get(entity);
      if (known === undefined) paths.set(entity, [[...path]]);
      else known.push([...path]);
    });
  }
  const placesOf = (targets: readonly Data[], rest: Path): Path[] =>
    targets.flatMap((target) => {
      const keys = rest.length > 0 ? [rest] : fieldsOf(group, target, test).map((key) => [key]);
      return (paths.get(target) ?? []).flatMap((path) => keys.map((key) => [...path, ...key]));
    });
  for (const error of errors) {
    const [, index, ...rest] = error.path ?? [];
    const targets = typeof index === 'number' ? (found.targets[index] ?? []) : found.targets.flat();
    for (const path of placesOf(targets, rest)) run.sink.addFetchError(error, path);
  }
}

function fieldsOf(group: EntityGroup, target: Data, test: TypeTest): readonly string[] {
  const typename = target.__typename;
  for (const [condition, keys] of group.keys) if (test(typename, condition)) return keys;
  return [...group.keys.values()][0] ?? [];
}

function reportedErrors(result: FetchResult, source: string): FetchError[] {
  const errors = (result.errors ?? []).map((error) =>
    error.fault.details.source === undefined ? { ...error, fault: error.fault.with({ source }) } : error,
  );
  if (errors.length > 0 || isData(result.data)) return errors;
  return [
    {
      fault: new HubFault('HUB_UPSTREAM_MALFORMED', `source "${source}" answered without data`, {
        details: { source },
      }),
    },
  ];
}

function pickVariables(fetch: PlannedFetch, run: Run): Data {
  const picked: Data = {};
  for (const name of fetch.variableNames) if (name in run.variables) picked[name] = run.variables[name];
  return picked;
}

/** Runs a fetch to a result, whatever it throws, and gives up when the request does. */
async function runFetch<T = never>(
  prepared: (...args: Parameters<PreparedFetch>) => Promise<FetchResult | T>,
  node: FetchNode | BatchFetchNode,
  run: Run,
  variables: Variables,
  awaited: boolean,
  gathered?: readonly Gathered[],
): Promise<FetchResult | T> {
  const ended = run.recorder?.begin(node, gathered && countEntities(gathered));
  let result: FetchResult | T;
  try {
    result = await waitForFetch(prepared(run.scope, variables), run.scope, node.serviceName, awaited);
  } catch (thrown) {
    result = { data: null, errors: [{ fault: toHubFault(thrown).with({ source: node.serviceName }) }] };
  }
  ended?.(result as FetchResult);
  return result;
}

function countEntities(gathered: readonly Gathered[]): { asked: number; sent: number } {
  const sum = (of: (one: Gathered) => number): number => gathered.reduce((total, one) => total + of(one), 0);
  return { asked: sum((one) => one.targets.flat().length), sent: sum((one) => one.representations.length) };
}

export function responseKeys(document: DocumentNode): readonly string[] {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operation === undefined ? [] : keysOf(operation.selectionSet, document);
}

function entityKeys(document: DocumentNode, alias: string): ReadonlyMap<string, readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  for (const field of operation?.selectionSet.selections ?? []) {
    if (field.kind !== Kind.FIELD || (field.alias ?? field.name).value !== alias) continue;
    for (const selection of field.selectionSet?.selections ?? []) {
      if (selection.kind !== Kind.INLINE_FRAGMENT || selection.typeCondition === undefined) continue;
      const type = selection.typeCondition.name.value;
      keys.set(type, [...(keys.get(type) ?? []), ...keysOf(selection.selectionSet, document)]);
    }
  }
  return keys;
}

function keysOf(selectionSet: SelectionSetNode, document: DocumentNode): readonly string[] {
  const keys = new Set<string>();
  for (const selection of selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.name.value !== '__typename') keys.add((selection.alias ?? selection.name).value);
    } else if (selection.kind === Kind.INLINE_FRAGMENT) {
      for (const key of keysOf(selection.selectionSet, document)) keys.add(key);
    } else {
      const fragment = document.definitions.find(
        (definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value,
      );
      if (fragment?.kind === Kind.FRAGMENT_DEFINITION)
        for (const key of keysOf(fragment.selectionSet, document)) keys.add(key);
    }
  }
  return [...keys];
}
