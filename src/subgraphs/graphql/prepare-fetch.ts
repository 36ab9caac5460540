// A planned fetch, made ready for a GraphQL server that knows nothing of federation: root fields under its names, entities
// by its lookups, and its answers turned back into what was planned.
import {
  isCompositeType,
  isObjectType,
  Kind,
  print,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import type { FetchError, FetchResult, PlannedFetch, PreparedFetch, Variables } from '../../contract/fetch.ts';
import type { Scope } from '../../contract/scope.ts';
import { HubFault } from '../../faults/hub-fault.ts';
import { entityFields } from '../remote/entity-fields.ts';
import type { GraphQlCaller } from '../remote/graphql-caller.ts';
import { operationLabel } from '../remote/operation-label.ts';
import type { TagsOfFetch } from '../remote/touched-entities.ts';
import { createEntityPlans, type PlanOf } from './entity-plans.ts';
import { createEntityLoader, type LoadEntities, type Wanted } from './load-entities.ts';
import { isData, type Data, type FoundStub, type Reading } from './reading.ts';
import type { RemoteModel } from './remote-model.ts';
import { createSelections, type Selections } from './selections.ts';
import { translateVariables, type TranslatedVariables } from './translate-inputs.ts';

export interface FetchContext {
  readonly model: RemoteModel;
  readonly caller: GraphQlCaller;
  readonly maxKeysPerBatch: number;
  readonly tagsOf: (fetch: PlannedFetch) => TagsOfFetch;
}

/** A root operation, as upstream reads it. */
export interface TranslatedRoot {
  readonly text: string;
  variables(given: Variables): Variables;
  /** The planned data of an answer, stubs completed. Never rejects. */
  read(scope: Scope, given: Variables, result: FetchResult): Promise<FetchResult>;
}

interface Compiled {
  readonly operation: OperationDefinitionNode;
  readonly selections: Selections;
  readonly inputs: TranslatedVariables;
  readonly planOf: PlanOf;
  readonly load: LoadEntities;
}

export function prepareFetch(fetch: PlannedFetch, context: FetchContext): PreparedFetch {
  if (fetch.representationVariables.length > 0) return prepareEntities(fetch, context);
  const root = translateRoot(fetch, context);
  const { kind, operationName } = fetch;
  const call = context.caller.prepare({
    kind,
    text: root.text,
    operationName,
    label: operationLabel(fetch),
    tags: context.tagsOf(fetch),
  });
  return async (scope, variables) => root.read(scope, variables, await call(scope, root.variables(variables)));
}

export function translateRoot(fetch: PlannedFetch, context: FetchContext): TranslatedRoot {
  const { model } = context;
  // Word for word what was planned, where the hub changed no name.
  if (!model.translates) {
    return { text: fetch.text, variables: (given) => given, read: (_scope, _given, result) => Promise.resolve(result) };
  }
  const { operation, selections, inputs, planOf, load } = compile(fetch, context);
  const type = model.schema.getRootType(operation.operation);
  if (!isCompositeType(type)) {
    throw new HubFault('HUB_INTERNAL', `source "${model.source}" has no ${operation.operation}s`);
  }
  const convert = selections.converter([operation.selectionSet], type);
  return {
    text: writeOperation(operation, print(selections.translate(operation.selectionSet, type)), inputs),
    variables: (given) => inputs.convert(given, inputs.definitions.keys()),
    async read(scope, given, result) {
      if (convert === undefined || !isData(result.data)) return result;
      const reading: Reading = { path: [], found: [] };
      convert(result.data, reading);
      const errors = await complete(scope, given, reading.found, planOf, load);
      return withErrors(result.data, [...(result.errors ?? []), ...errors]);
    },
  };
}

function prepareEntities(fetch: PlannedFetch, context: FetchContext): PreparedFetch {
  const { planOf, load } = compile(fetch, context);
  const fields = entityFields(fetch).map(({ responseKey, variable, node }) => ({
    responseKey,
    variable,
    sets: node.selectionSet === undefined ? [] : [node.selectionSet],
  }));
  return async (scope, variables) => {
    const data: Data = {};
    const found: FoundStub[] = [];
    for (const { responseKey, variable, sets } of fields) {
      const representations = (variables[variable] ?? []) as readonly Data[];
      const owner: unknown[] = representations.map(() => null);
      data[responseKey] = owner;
      representations.forEach((known, slot) => {
        const type = context.model.schema.getType(String(known.__typename));
        if (isObjectType(type)) found.push({ type, sets, known, owner, slot, path: [responseKey, slot] });
      });
    }
    return withErrors(data, await complete(scope, variables, found, planOf, load));
  };
}

/** Loads stubs, and the stubs that they bring, until there is none left: as deep as the selection is. */
async function complete(
  scope: Scope,
  variables: Variables,
  stubs: readonly FoundStub[],
  planOf: PlanOf,
  load: LoadEntities,
): Promise<readonly FetchError[]> {
  const errors: FetchError[] = [];
  let left = stubs;
  while (left.length > 0) {
    const wanted = left.map(({ type, sets, ...place }): Wanted => ({ plan: planOf(type, sets), ...place }));
    const outcome = await load(scope, variables, wanted);
    errors.push(...outcome.errors);
    left = outcome.found;
  }
  return errors;
}

function compile(fetch: PlannedFetch, { model, caller, maxKeysPerBatch, tagsOf }: FetchContext): Compiled {
  const fragments = new Map<string, FragmentDefinitionNode>();
  let operation: OperationDefinitionNode | undefined;
  for (const definition of fetch.document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    else if (definition.kind === Kind.OPERATION_DEFINITION) operation ??= definition;
  }
  if (operation === undefined) throw new HubFault('HUB_INTERNAL', 'a planned fetch has no operation');
  const selections = createSelections(model, fragments);
  const inputs = translateVariables(operation, model);
  return {
    operation,
    selections,
    inputs,
    planOf: createEntityPlans(model, selections),
    load: createEntityLoader({ model, caller, inputs, maxKeysPerBatch, tagsOf: tagsOf(fetch) }),
  };
}

function writeOperation(operation: OperationDefinitionNode, selection: string, inputs: TranslatedVariables): string {
  const definitions = [...inputs.definitions.values()].join(', ');
  const name = operation.name === undefined ? '' : ` ${operation.name.value}`;
  return `${operation.operation}${name}${definitions === '' ? '' : ` (${definitions})`} ${selection}`;
}

const withErrors = (data: Data, errors: readonly FetchError[]): FetchResult =>
  errors.length === 0 ? { data } : { data, errors };
