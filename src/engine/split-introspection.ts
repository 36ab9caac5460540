// Splits an operation into what sources answer and what the hub answers itself: __schema, __type and root __typename.
import {
  Kind,
  print,
  visit,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { dropExcluded, isIncluded } from './conditions.ts';

export interface SplitOperation {
  /** What the planner gets: only the one operation and the fragments it uses. Undefined where no source is needed. */
  readonly planned: string | undefined;
  /** The introspection fields as a document of their own; undefined where there are none. */
  readonly introspection: DocumentNode | undefined;
}

type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

const isIntrospection = (name: string): boolean => name === '__schema' || name === '__type';

export function splitIntrospection(operation: OperationDefinitionNode, fragments: Fragments): SplitOperation {
  const own = rootSelections(operation.selectionSet, fragments, isIntrospection);
  const rest = rootSelections(operation.selectionSet, fragments, (name) => !name.startsWith('__'));
  return {
    planned: rest.length === 0 ? undefined : print(toDocument(operation, rest, fragments)),
    introspection: own.length === 0 ? undefined : toDocument(operation, own, fragments),
  };
}

/** The root selections that lead to wanted fields, fragment spreads turned into inline fragments. */
function rootSelections(
  set: SelectionSetNode,
  fragments: Fragments,
  wanted: (name: string) => boolean,
): SelectionNode[] {
  return set.selections.flatMap((selection): SelectionNode[] => {
    if (!isIncluded(selection)) return [];
    if (selection.kind === Kind.FIELD) return wanted(selection.name.value) ? [selection] : [];
    const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
    if (fragment === undefined) return [];
    const selections = rootSelections(fragment.selectionSet, fragments, wanted);
    if (selections.length === 0) return [];
    return [
      {
        kind: Kind.INLINE_FRAGMENT,
        ...(fragment.typeCondition === undefined ? {} : { typeCondition: fragment.typeCondition }),
        ...(selection.directives === undefined ? {} : { directives: selection.directives }),
        selectionSet: { kind: Kind.SELECTION_SET, selections },
      },
    ];
  });
}

function toDocument(
  operation: OperationDefinitionNode,
  selections: readonly SelectionNode[],
  fragments: Fragments,
): DocumentNode {
  const root: OperationDefinitionNode = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } };
  const used = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const gather = (node: OperationDefinitionNode | FragmentDefinitionNode): void => {
    visit(node, {
      VariableDefinition: () => false,
      Variable: (variable) => void variables.add(variable.name.value),
      FragmentSpread(spread) {
        const fragment = fragments.get(spread.name.value);
        if (fragment === undefined || used.has(spread.name.value)) return;
        const kept = dropExcluded(fragment);
        used.set(spread.name.value, kept);
        gather(kept);
      },
    });
  };
  gather(root);
  const definition: OperationDefinitionNode = {
    ...root,
    variableDefinitions: (operation.variableDefinitions ?? []).filter((one) => variables.has(one.variable.name.value)),
  };
  return { kind: Kind.DOCUMENT, definitions: [definition, ...used.values()] };
}
