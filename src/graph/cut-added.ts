// Plans made for a supergraph with evened members → what the subgraphs really understand: fragments on types that a subgraph
// was only said to have are cut out of its operations. They could match nothing there.
import type { BatchFetchNode, FetchNode, QueryPlan } from '@graphql-hive/router-query-planner';
import {
  Kind,
  parse,
  print,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Added } from './even-members.ts';
import { mapFetches } from './map-fetches.ts';

export const cutAdded = (plan: QueryPlan, added: Added): QueryPlan =>
  mapFetches(plan, (fetch) => cutFetch(fetch, added));

function cutFetch<T extends FetchNode | BatchFetchNode>(node: T, added: Added): T {
  const types = added.types.get(node.serviceName);
  const members = added.members.get(node.serviceName);
  if (types === undefined && members === undefined) return node;
  const document = parse(node.operation, { noLocation: true });
  const conditions = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION
        ? [[definition.name.value, definition.typeCondition.name.value]]
        : [],
    ),
  );
  const cut: SelectionNode[] = [];
  const keep = (selection: SelectionNode, parent: string): boolean => {
    if (selection.kind === Kind.FIELD) return true;
    const type =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.typeCondition?.name.value
        : conditions.get(selection.name.value);
    if (type === undefined) return true;
    const foreign = types?.has(type) === true || members?.has(`${parent} ${type}`) === true;
    if (foreign) cut.push(selection);
    return !foreign;
  };
  const walk = (set: SelectionSetNode, parent: string): SelectionSetNode => {
    const selections = set.selections.flatMap((selection): SelectionNode[] => {
      if (!keep(selection, parent)) return [];
      if (selection.kind === Kind.FRAGMENT_SPREAD || selection.selectionSet === undefined) return [selection];
      const inside =
        selection.kind === Kind.FIELD
          ? (added.fieldTypes.get(`${parent}.${selection.name.value}`) ?? '')
          : (selection.typeCondition?.name.value ?? parent);
      return [{ ...selection, selectionSet: walk(selection.selectionSet, inside) }];
    });
    return { ...set, selections: selections.length === 0 ? [TYPENAME] : selections };
  };
  const walked: DocumentNode = {
    ...document,
    definitions: document.definitions.map((definition) => {
      if (definition.kind === Kind.OPERATION_DEFINITION) {
        return { ...definition, selectionSet: walk(definition.selectionSet, ROOTS[definition.operation]) };
      }
      if (definition.kind !== Kind.FRAGMENT_DEFINITION) return definition;
      return { ...definition, selectionSet: walk(definition.selectionSet, definition.typeCondition.name.value) };
    }),
  };
  return cut.length > 0 ? { ...node, ...withoutUnused(walked, node.variableUsages) } : node;
}

/** Supergraphs call their root types so. */
const ROOTS = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' } as const;

const TYPENAME: SelectionNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/** A server refuses operations that define variables or fragments and do not use them. */
function withoutUnused(document: DocumentNode, usages: readonly string[] | undefined) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const used = new Set<string>();
  const spread = new Set<string>();
  const visitUses = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: (variable) => void used.add(variable.name.value),
      FragmentSpread({ name: { value } }) {
        const fragment = fragments.get(value);
        if (fragment === undefined || spread.has(value)) return;
        spread.add(value);
        visitUses(fragment);
      },
    });
  };
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) visitUses(definition);
  }
  const trimmed = visit(document, {
    VariableDefinition: (definition) => (used.has(definition.variable.name.value) ? undefined : null),
    FragmentDefinition: (definition) => (spread.has(definition.name.value) ? undefined : null),
  });
  const variableUsages = usages?.filter((name) => used.has(name));
  return { operation: print(trimmed), ...(variableUsages === undefined ? {} : { variableUsages }) };
}
