// An operation in, the tree of its selections that ask something of the caller out. Made once per operation by the field
// policy; everything that is open to all is left out of it.
import {
  getNamedType,
  isCompositeType,
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import type { Guard, GuardIndex, TypeSet } from './guard-index.ts';

export type GuardedSelection = GuardedField | GuardedFragment;

interface Placed {
  /** Position in the selection set. */
  readonly index: number;
  /** When it counts: all of these; none means always. */
  readonly conditions: readonly BooleanVariable[];
  /** Guarded selections inside. A named fragment that is spread twice in the same way has the same list twice. */
  readonly inside: readonly GuardedSelection[];
}

export interface GuardedField extends Placed {
  readonly kind: 'field';
  readonly responseKey: string;
  readonly fieldName: string;
  /** Types that the field is denied on: the selected one, or the object types that the fragments around leave. */
  readonly typeNames: readonly string[];
  readonly guard: Guard | undefined;
}

export interface GuardedFragment extends Placed {
  readonly kind: 'fragment';
}

/** A `@skip` or `@include` by a variable: the selection counts where the variable has this value. */
export interface BooleanVariable {
  readonly name: string;
  readonly expected: boolean;
}

/** The document must be valid. Takes time in proportion to it, however its fragments nest. */
export function findGuardedSelections(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  schema: GraphQLSchema,
  index: GuardIndex,
): readonly GuardedSelection[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const seen = new Map<string, readonly GuardedSelection[]>();

  const inFragment = (name: string, types: TypeSet): readonly GuardedSelection[] => {
    const key = `${types.id} ${name}`;
    const known = seen.get(key);
    if (known !== undefined) return known;
    seen.set(key, []);
    const fragment = fragments.get(name);
    const found =
      fragment === undefined ? [] : inTyped(fragment.typeCondition.name.value, fragment.selectionSet, types);
    seen.set(key, found);
    return found;
  };

  const inTyped = (typeName: string, selectionSet: SelectionSetNode, types: TypeSet): readonly GuardedSelection[] => {
    const type = schema.getType(typeName);
    return isCompositeType(type) ? inSelections(selectionSet, type, index.narrow(types, type)) : [];
  };

  const inSelections = (
    selectionSet: SelectionSetNode,
    parent: GraphQLCompositeType,
    types: TypeSet,
  ): readonly GuardedSelection[] =>
    selectionSet.selections.flatMap((selection, position): GuardedSelection[] => {
      const conditions = conditionsOf(selection);
      if (conditions === undefined) return [];
      const place = { index: position, conditions };
      if (selection.kind === Kind.FIELD) {
        if (selection.name.value.startsWith('__') || !('getFields' in parent)) return [];
        const field = parent.getFields()[selection.name.value];
        if (field === undefined) return [];
        const guard = index.guardOf(parent, types, field.name);
        const returns = getNamedType(field.type);
        const inside =
          selection.selectionSet === undefined || !isCompositeType(returns)
            ? []
            : inSelections(selection.selectionSet, returns, index.possible(returns));
        if (guard === undefined && inside.length === 0) return [];
        const typeNames = types === index.possible(parent) ? [parent.name] : types.names;
        const responseKey = (selection.alias ?? selection.name).value;
        return [{ kind: 'field', ...place, responseKey, fieldName: field.name, typeNames, guard, inside }];
      }
      const inside =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? inFragment(selection.name.value, types)
          : inTyped(selection.typeCondition?.name.value ?? parent.name, selection.selectionSet, types);
      return inside.length === 0 ? [] : [{ kind: 'fragment', ...place, inside }];
    });

  const root = schema.getRootType(operation.operation);
  return root ? inSelections(operation.selectionSet, root, index.possible(root)) : [];
}

/** Undefined where the selection never counts, whatever the variables. */
function conditionsOf(selection: SelectionNode): readonly BooleanVariable[] | undefined {
  const conditions: BooleanVariable[] = [];
  for (const directive of selection.directives ?? []) {
    const expected = directive.name.value === 'include';
    if (!expected && directive.name.value !== 'skip') continue;
    const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
    if (value?.kind === Kind.VARIABLE) conditions.push({ name: value.name.value, expected });
    else if (value?.kind === Kind.BOOLEAN && value.value !== expected) return undefined;
  }
  return conditions;
}
