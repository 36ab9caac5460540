// A document without the selections that a caller is denied: still valid, so that it can be planned and run as it is.
// Called by the field policy.
import {
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { GuardedField, GuardedSelection } from './guarded-selections.ts';

const TYPENAME: FieldNode = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } };

/**
 * The operation alone, with the fragments and variables that it still uses. A fragment that loses fields in one place and
 * keeps them in another becomes two; a field that loses all its selections gets `__typename`; a fragment that does goes.
 */
export function withoutDenied(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  guarded: readonly GuardedSelection[],
  isDenied: (field: GuardedField) => boolean,
): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  /** By fragment and what is guarded in it: the name it goes by now, undefined where nothing is left of it. */
  const reducedFragments = new Map<string, Map<readonly GuardedSelection[], string | undefined>>();

  const reduceSpread = (spread: FragmentSpreadNode, inside: readonly GuardedSelection[]): FragmentSpreadNode[] => {
    const name = reduceFragment(spread.name.value, inside);
    if (name === undefined) return [];
    return [name === spread.name.value ? spread : { ...spread, name: { kind: Kind.NAME, value: name } }];
  };

  const reduceFragment = (name: string, inside: readonly GuardedSelection[]): string | undefined => {
    const known = reducedFragments.get(name) ?? new Map<readonly GuardedSelection[], string | undefined>();
    reducedFragments.set(name, known);
    if (known.has(inside)) return known.get(inside);
    const fragment = fragments.get(name);
    if (fragment === undefined) return name;
    const selections = reduce(fragment.selectionSet.selections, inside);
    let reducedName: string | undefined = name;
    if (selections.length === 0) reducedName = undefined;
    else if (selections !== fragment.selectionSet.selections) {
      reducedName = freshName(name, fragments);
      fragments.set(reducedName, {
        ...fragment,
        name: { kind: Kind.NAME, value: reducedName },
        selectionSet: setOf(selections),
      });
    }
    known.set(inside, reducedName);
    return reducedName;
  };

  /** The same list where nothing is denied in it. */
  const reduce = (
    selections: readonly SelectionNode[],
    guardedHere: readonly GuardedSelection[],
  ): readonly SelectionNode[] => {
    const byIndex = new Map(guardedHere.map((selection) => [selection.index, selection]));
    const left = selections.flatMap((selection, index): readonly SelectionNode[] => {
      const guard = byIndex.get(index);
      return guard === undefined ? [selection] : reduceOne(selection, guard);
    });
    const unchanged = left.length === selections.length && left.every((selection, i) => selection === selections[i]);
    return unchanged ? selections : left;
  };

  const reduceOne = (selection: SelectionNode, guard: GuardedSelection): readonly SelectionNode[] => {
    if (guard.kind === 'field' && isDenied(guard)) return [];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return reduceSpread(selection, guard.inside);
    if (selection.selectionSet === undefined) return [selection];
    const selections = reduce(selection.selectionSet.selections, guard.inside);
    if (selections === selection.selectionSet.selections) return [selection];
    if (selections.length > 0) return [{ ...selection, selectionSet: setOf(selections) }];
    return selection.kind === Kind.FIELD ? [{ ...selection, selectionSet: setOf([TYPENAME]) }] : [];
  };

  const selections = reduce(operation.selectionSet.selections, guarded);
  const reduced = { ...operation, selectionSet: setOf(selections.length === 0 ? [TYPENAME] : selections) };
  return withWhatIsUsed(reduced, fragments);
}

const setOf = (selections: readonly SelectionNode[]): SelectionSetNode => ({ kind: Kind.SELECTION_SET, selections });

function freshName(name: string, taken: ReadonlyMap<string, unknown>): string {
  for (let n = 1; ; n += 1) {
    const candidate = `${name}_allowed${n}`;
    if (!taken.has(candidate)) return candidate;
  }
}

function withWhatIsUsed(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): DocumentNode {
  const used = new Map<string, FragmentDefinitionNode>();
  const variables = new Set<string>();
  const pending: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  for (let definition = pending.pop(); definition !== undefined; definition = pending.pop()) {
    visit(definition, {
      VariableDefinition: () => false,
      Variable: ({ name }) => void variables.add(name.value),
      FragmentSpread: ({ name }) => {
        const fragment = fragments.get(name.value);
        if (fragment === undefined || used.has(name.value)) return;
        used.set(name.value, fragment);
        pending.push(fragment);
      },
    });
  }
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) =>
    variables.has(variable.name.value),
  );
  const reduced = variableDefinitions === undefined ? operation : { ...operation, variableDefinitions };
  return { kind: Kind.DOCUMENT, definitions: [reduced, ...used.values()] };
}
